/// The upper bounds of the histograms: close together where the answers to "is it slow?" lie.
enum MetricBounds {
    /// A segment takes a fraction of a millisecond, an upload minutes.
    static let requestSeconds = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300,
    ]
    /// A copied lesson takes a second, a long film that must be encoded hours.
    static let conversionSeconds: [Double] = [
        0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400,
    ]
    /// Below 1 a conversion takes longer than watching it; a copy runs at a thousand and more.
    static let realtimeFactor: [Double] = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 100, 300, 1000, 3000]
}
