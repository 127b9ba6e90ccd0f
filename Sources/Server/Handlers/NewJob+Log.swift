import Database
import Formats
import Logging

extension NewJob {
    /// Which request a task comes from and whose, on one line; what follows is logged under the task's id.
    func log(_ log: Logger, _ request: HTTPRequest, _ caller: Logger.Metadata) {
        log.info(
            "upload_queued",
            metadata: [
                "task_id": "\(id)", "rel": "\(location)", "bytes": "\(bytes)",
                "request_id": "\(request.requestID)",
            ].merging(caller) { $1 })
    }
}
