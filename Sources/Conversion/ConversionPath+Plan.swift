extension ConversionPath {
    /// What was done with the video, by the first line of the plan that the media room wrote.
    init(plan: String) {
        self = plan.hasPrefix("video: copy") ? .copy : .transcode
    }
}
