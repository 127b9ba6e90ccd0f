/// How log lines are written (`FOCUST_LOG_FORMAT`).
package enum LogFormat: String, CaseIterable, Sendable {
    case logfmt, json
}
