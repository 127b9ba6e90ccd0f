import Nginx
import Settings
import Testing

@testable import Doctor

/// What is found where a site's `server { }` has this in it, and the public URL is that.
private func findings(
    _ server: String, url: String = "https://app.example.com", others: String = "", instance: String = ""
) throws -> [Finding] {
    let values = [
        "FOCUST_ALLOWED_ORIGINS": "https://learn.example.com", "FOCUST_PUBLIC_URL": url,
        "FOCUST_INSTANCE": instance,
    ]
    let settings = try Settings(values: values, role: .nginx, cores: 2, readFile: { _ in nil })
    let files = NginxFiles(settings, try NginxSettings(values: values)).texts
    let text = """
        # configuration file /etc/nginx/nginx.conf:
        http { include \(settings.place)/http.conf; include sites-enabled/*; }
        # configuration file /etc/nginx/sites-enabled/app:
        server { listen 443 ssl; listen [::]:443 ssl; server_name app.example.com *.app.example.com;
            \(server)
            include \(settings.place)/server.conf;
        }
        \(others)
        # configuration file /etc/nginx/snippets/api.conf:
        location /api/ { proxy_pass http://api; }
        # configuration file /etc/nginx/\(settings.place)/server.conf:
        \(files["server.conf"] ?? "")
        """
    return NginxSiteCheck(settings: settings, configuration: NginxConfiguration(text)).findings()
}

@Suite struct NginxSiteCheckTests {
    @Test(arguments: [
        ("", ""), ("", "staging"), ("location / { return 404; }", ""),
        ("location / { proxy_pass http://app; }", ""),
        (
            "location /films/ { root /srv; } location = /hls3 { return 200; } location ~ \\.(ts|mp4)$ { return 403; }",
            ""
        ),
        ("# location /api/ { }\n location /x { return 200 \"location /upload {\"; }", ""),
    ])
    func `A site that keeps all its answers is fine`(server: String, instance: String) throws {
        let found = try findings(server, instance: instance)
        #expect(found.map(\.level) == [.good] && found.first?.subject == "nginx, app.example.com")
    }

    @Test(arguments: [
        ("location /api/ { proxy_pass http://api; }", "location /api/ of the site no longer answers"),
        ("include snippets/api.conf;", "location /api/ of the site no longer answers"),
        ("location /upload { root /srv; }", "/upload/lesson"),
        ("location ^~ /hls2/ { root /srv; }", "location /hls2/ of the site"),
        ("location ~ ^/(healthz|status)$ { return 200; }", "no longer answers /healthz"),
        ("location ~* ^/METRICS { return 200; }", "no longer answers /metrics"),
        (
            "location = /hls2/x.html { return 200; }",
            "location /hls2/x.html of the site answers an address of the videos"
        ),
        ("location /api/tasks/mine { return 200; }", "location /api/tasks/mine of the site answers"),
    ])
    func `Answers of the site that change are named`(server: String, message: String) throws {
        let found = try findings(server)
        #expect(
            found.contains { $0.level == .warning && $0.message.contains(message) }, "\(found.map(\.text))")
        #expect(
            found.allSatisfy { $0.level == .warning && $0.advice?.contains("FOCUST_NGINX_PREFIX") == true })
    }

    @Test(arguments: [
        ("https://apo.example.com", "no server_name", Finding.Level.warning),
        ("https://site.example.com", "another server { }", .problem),
        ("https://app.example.com:8443", "port 8443", .warning),
        ("http://app.example.com", "port 80", .warning),
    ])
    func `A public URL that leads elsewhere is named`(url: String, message: String, level: Finding.Level)
        throws
    {
        let others =
            "server { listen 80; server_name site.example.com; return 301 https://$host$request_uri; }"
        let found = try findings("", url: url, others: others).filter { $0.subject == "FOCUST_PUBLIC_URL" }
        #expect(found.contains { $0.level == level && $0.message.contains(message) }, "\(found.map(\.text))")
    }

    @Test(arguments: ["https://app.example.com", "https://APP.example.com:443", "https://x.app.example.com"])
    func `A public URL that nginx knows is fine`(url: String) throws {
        #expect(try findings("", url: url).allSatisfy { $0.level == .good })
    }

    @Test func `What a proxy in front answers for is its own matter`() throws {
        let values = [
            "FOCUST_ALLOWED_ORIGINS": "https://learn.example.com",
            "FOCUST_PUBLIC_URL": "https://other.example.com:8443",
        ]
        let settings = try Settings(values: values, role: .nginx, cores: 2, readFile: { _ in nil })
        let text =
            "# configuration file /a/x:\nserver { listen 127.0.0.1:8080; include focust-video/server.conf; }\n"
        let found = NginxSiteCheck(settings: settings, configuration: NginxConfiguration(text)).findings()
        #expect(found.allSatisfy { $0.level == .good })
    }
}

@Suite struct NginxDirectiveTests {
    @Test func `Quotes, comments, variables and blocks are read as nginx reads them`() {
        let text = #"a "b {1;2}" 'c"d' ${x}y; # e; {\#n f { g h\;i; } "\"q\\" j;"#
        let read = NginxDirective.parse(text)
        #expect(read.map(\.words) == [["a", "b {1;2}", "c\"d", "${x}y"], ["f"], ["\"q\\\\", "j"]])
        #expect(read[1].block?.map(\.words) == [["g", "h\\;i"]])
        #expect(read[0].block == nil)
    }
}
