import FastCGI
import Formats
import Glibc
import Outbound
import Settings

/// Whether the server answers: by its own socket, and as the world asks, through nginx at the public address.
struct AnswerCheck {
    private static let milliseconds = 5000

    let settings: Settings

    func findings() -> [Finding] {
        [ready, reachable].compactMap(\.self)
    }

    /// Nil where nothing listens, which is another check's to say, or at a port.
    private var ready: Finding? {
        guard settings.listen.hasPrefix("/"), SocketCheck.isAnswered(settings.listen) else { return nil }
        let probe = SocketProbe(path: settings.listen)
        guard let answer = probe.answer(to: "/readyz", milliseconds: Self.milliseconds) else {
            return Finding(
                .problem, settings.listen, "the server does not answer",
                advice:
                    "`journalctl -u \(settings.unit("focust-video", "service")) -n 20` has the cause. Run this as root: others are not answered."
            )
        }
        guard answer.status != 200 else { return Finding(.good, "server", "ready") }
        return Finding(
            .problem, "server", "not ready: \(problems(answer.body))",
            advice:
                "Look at space and owners of \(settings.dataDirectory), then `systemctl restart \(settings.unit("focust-video", "service"))`."
        )
    }

    private func problems(_ body: String) -> String {
        guard case .array(let problems)? = Self.json(Array(body.utf8))?["problems"] else { return body }
        return problems.compactMap(\.stringValue).joined(separator: ", ")
    }

    /// A request that the server refuses, since nothing comes with it: its refusal has travelled the whole way.
    private var reachable: Finding {
        let url = settings.publicURL
        // OpenSSL may raise it (libcurl, CURLOPT_NOSIGNAL).
        signal(SIGPIPE, SIG_IGN)
        do {
            let request = try OutboundRequest(
                posting: Array("{}".utf8), to: "\(url)/api/revoke",
                headers: [("Content-Type", "application/json")], timeout: .milliseconds(Self.milliseconds))
            return judge(try OutboundClient(policy: .any).send(request), url)
        } catch {
            return Finding(
                .warning, url, "was not reached from here: \(error)",
                advice:
                    "Look at the name, the port and the certificate; a network may not lead back to itself.")
        }
    }

    /// Nil where it is no JSON text: another program's answer may be anything.
    private static func json(_ bytes: [UInt8]) -> JSONValue? { try? JSONValue.parse(bytes) }

    private func judge(_ response: OutboundResponse, _ url: String) -> Finding {
        let word = Self.json(response.body)?["error"]?.stringValue
        switch (response.status, word) {
        // As the server refuses a revocation without a key, or one without a target from where none is needed.
        case (401, "unauthorized"), (400, "missing_field"): return Finding(.good, url, "leads to the server")
        case (429, _?): return Finding(.good, url, "leads here, and limits this machine")
        case (500..., _):
            return Finding(
                .problem, url, "answers \(response.status): nginx does not reach the server",
                advice: "nginx's error log has the cause. Its user's groups are read when it is reloaded.")
        default:
            return Finding(
                .problem, url, "is answered by something else (\(response.status))",
                advice:
                    "Include server.conf in the server { } of that name, and see which one nginx takes for it."
            )
        }
    }
}
