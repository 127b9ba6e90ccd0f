/// How many pictures a second has, counted on the way: what a file states of it may be anything.
struct PictureRate {
    /// So many pictures tell a rate: of fewer, two that stand close together would look like hundreds.
    private static let window = 64

    private var times: [Double] = []
    private var next = 0

    /// Notes a picture's time in seconds; answers the rate of the last 64, nil before there are as many.
    mutating func add(_ time: Double) -> Double? {
        if times.count < Self.window {
            times.append(time)
        } else {
            times[next] = time
            next = (next + 1) % Self.window
        }
        guard times.count == Self.window else { return nil }
        let span = time - times[next]
        return span > 0 ? Double(Self.window - 1) / span : nil
    }
}
