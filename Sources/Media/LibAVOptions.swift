import CLibAV

/// Options by name for a libav function that takes a dictionary (dict.h: AVDictionary).
struct LibAVOptions: ~Copyable {
    /// To be passed by reference; what libav leaves in it, it did not know.
    var dictionary: OpaquePointer?

    deinit {
        var owned = dictionary
        av_dict_free(&owned)
    }

    /// Adds one option; libav copies both strings.
    mutating func set(_ name: String, _ value: some CustomStringConvertible) {
        av_dict_set(&dictionary, name, value.description, 0)
    }
}
