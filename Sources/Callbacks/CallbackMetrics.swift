import Metrics

/// The callbacks that this process sends.
package struct CallbackMetrics: Sendable {
    /// What became of one attempt at a callback.
    package enum Outcome: String, CaseIterable, Sendable {
        case delivered
        /// It will be tried again.
        case postponed
        /// It will not.
        case abandoned
    }

    private let attempts: [Outcome: Counter]

    package init(_ registry: inout MetricsRegistry) {
        attempts = registry.each(
            "focust_callbacks_total", "Attempts at a callback.", by: "result", Outcome.self, Counter.init)
    }

    package func tried(_ outcome: Outcome) { attempts[outcome]?.increment() }
}
