import CLibAV
import MediaProtocol

/// A chain of libavfilter's filters with one input and one output (avfilter.h, buffersrc.h, buffersink.h).
final class FilterGraph {
    /// Pictures or samples: the names of the two ends differ.
    enum Kind: String {
        case video = ""
        case audio = "a"
    }

    private var graph: UnsafeMutablePointer<AVFilterGraph>?
    private let source: UnsafeMutablePointer<AVFilterContext>
    private let sink: UnsafeMutablePointer<AVFilterContext>

    /// - Parameters:
    ///   - input: what comes in, as options of `buffer` or `abuffer`.
    ///   - chain: filters separated by commas, made of numbers and names of ours alone.
    ///   - threads: worker threads of the filters.
    init(_ kind: Kind, input: String, chain: String, threads: Int) throws(MediaError) {
        guard focust_filters_are_there() == 1 else {
            throw MediaError(.internal, "libavfilter is not installed.", operation: "dlopen")
        }
        guard let graph = focust_avfilter_graph_alloc() else { throw .outOfMemory("avfilter_graph_alloc") }
        var owned: UnsafeMutablePointer<AVFilterGraph>? = graph
        graph.pointee.nb_threads = Int32(threads)
        let description = "\(kind.rawValue)buffer@in=\(input),\(chain),\(kind.rawValue)buffersink@out"
        var inputs: UnsafeMutablePointer<AVFilterInOut>?
        var outputs: UnsafeMutablePointer<AVFilterInOut>?
        var code = focust_avfilter_graph_parse2(graph, description, &inputs, &outputs)
        focust_avfilter_inout_free(&inputs)
        focust_avfilter_inout_free(&outputs)
        if code >= 0 { code = focust_avfilter_graph_config(graph) }
        guard code >= 0, let source = Self.find("buffer@in", kind, graph),
            let sink = Self.find("buffersink@out", kind, graph)
        else {
            focust_avfilter_graph_free(&owned)
            throw .library("filter \(chain)", code)
        }
        self.graph = graph
        self.source = source
        self.sink = sink
    }

    deinit {
        focust_avfilter_graph_free(&graph)
    }

    /// The scale of the times that come out.
    var timeBase: AVRational { focust_av_buffersink_get_time_base(sink) }

    /// Samples come out in runs of this many, the last one shorter.
    func setFrameSize(_ samples: UInt32) {
        focust_av_buffersink_set_frame_size(sink, samples)
    }

    /// Filters one frame (nil for the end) and gives each result to `body`, which must not keep it.
    func filter(_ frame: Frame?, _ body: (Frame) throws(MediaError) -> Void) throws(MediaError) {
        let code = focust_av_buffersrc_add_frame_flags(
            source, frame?.pointer, Int32(AV_BUFFERSRC_FLAG_KEEP_REF))
        guard code >= 0 || code == focust_averror_eof else { throw .library("av_buffersrc_add_frame", code) }
        while true {
            let result = try Frame()
            let code = focust_av_buffersink_get_frame(sink, result.pointer)
            if code == focust_averror_eagain || code == focust_averror_eof { return }
            guard code >= 0 else { throw .library("av_buffersink_get_frame", code) }
            try body(result)
        }
    }

    private static func find(
        _ name: String, _ kind: Kind, _ graph: UnsafeMutablePointer<AVFilterGraph>
    ) -> UnsafeMutablePointer<AVFilterContext>? {
        focust_avfilter_graph_get_filter(graph, kind.rawValue + name)
    }
}
