import Database
import Outbound
import TestOutbox

@testable import Callbacks

extension Outbox {
    func sender(_ other: (any Database)? = nil) throws -> CallbackSender {
        let service = try service(other)
        return CallbackSender(
            service: service, client: OutboundClient(policy: service.policy, stop: stop), stop: stop)
    }
}
