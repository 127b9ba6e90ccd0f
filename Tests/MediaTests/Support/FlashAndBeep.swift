import Foundation

/// Finds the white pictures and the beeps of a clip, to see whether they are where they were.
enum FlashAndBeep {
    /// When white begins. Of the six digits that ffmpeg says, hundredths of a second are left after a quarter of an hour.
    static func flashes(_ file: URL) throws -> [Double] {
        let output = try Command.run([
            "ffmpeg", "-v", "error", "-copyts", "-i", file.path, "-vf", "signalstats,metadata=print:file=-",
            "-an",
            "-f", "null", "-",
        ]).text
        var starts: [Double] = []
        var time = 0.0
        var isWhite = false
        for line in output.split(separator: "\n") {
            if let range = line.range(of: "pts_time:") { time = Double(line[range.upperBound...]) ?? 0 }
            guard let range = line.range(of: "signalstats.YAVG=") else { continue }
            let white = (Double(line[range.upperBound...]) ?? 0) > 120
            if white && !isWhite { starts.append(time) }
            isWhite = white
        }
        return starts
    }

    /// When sound begins, to 5 ms, with the times that a player would use.
    static func beeps(_ file: URL) throws -> [Double] {
        let output = try Command.run([
            "ffmpeg", "-v", "error", "-copyts", "-i", file.path, "-vn", "-af",
            "aresample=8000,asetnsamples=40,astats=metadata=1:reset=1,"
                + "ametadata=print:key=lavfi.astats.Overall.Peak_level:file=-", "-f", "null", "-",
        ]).text
        var starts: [Double] = []
        var time = 0.0
        var quietSince = -10.0
        for line in output.split(separator: "\n") {
            if let range = line.range(of: "pts_time:") { time = Double(line[range.upperBound...]) ?? 0 }
            guard let range = line.range(of: "Peak_level=") else { continue }
            guard (Double(line[range.upperBound...]) ?? -100) > -20 else { continue }
            if time - quietSince > 0.5 { starts.append(time) }
            quietSince = time
        }
        return starts
    }
}
