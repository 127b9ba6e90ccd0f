// swift-tools-version: 6.2
import PackageDescription

// One array for every target: Swift 6 mode comes with the tools version, a warning fails the build.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// The rooms that own no C resource; the compiler refuses a pointer there.
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "focust-video",
    products: [
        .executable(name: "focust-video", targets: ["FocustVideo"]),
        .executable(name: "focust-media", targets: ["FocustMedia"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        // C libraries, each imported by exactly one target below.
        .systemLibrary(
            name: "CLibAV", pkgConfig: "libavformat libavcodec libavutil",
            providers: [
                .apt([
                    "libavformat-dev", "libavcodec-dev", "libavfilter-dev", "libswscale-dev", "libavutil-dev",
                ])
            ]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        .systemLibrary(name: "CLinux"),

        // Values, and what is written of them.
        .target(name: "Domain", swiftSettings: pure),
        // Loops over bytes that need raw pointers for speed (memchr, bulk copies); no pointer leaves them.
        .target(name: "UnsafeBytes", swiftSettings: strict),
        .target(name: "Formats", dependencies: ["Domain", "UnsafeBytes"], swiftSettings: pure),

        // The process: threads, clock, log, child processes. And what it counts.
        .target(name: "System", dependencies: ["CLinux", "Domain", logging], swiftSettings: strict),
        .target(name: "Metrics", dependencies: ["System"], swiftSettings: strict),
        .target(name: "Settings", dependencies: ["Crypto", "Domain", "System"], swiftSettings: strict),
        // nginx's files, from templates that are part of the program.
        .target(
            name: "Nginx", dependencies: ["Domain", "Settings"], resources: [.embedInCode("Templates")],
            swiftSettings: strict),

        // One room per outside world.
        .target(name: "Crypto", dependencies: ["CLibCrypto"], swiftSettings: strict),
        .target(
            name: "Tokens", dependencies: ["Crypto", "Domain", "Formats", "System"], swiftSettings: strict),
        .target(
            name: "Outbound", dependencies: ["CCurl", "Crypto", "Domain", "Formats", "System"],
            swiftSettings: strict),
        .target(
            name: "FastCGI", dependencies: ["CLinux", "Domain", "Formats", "Metrics", "System", logging],
            swiftSettings: strict),
        .target(name: "Files", dependencies: ["CLinux", "Domain"], swiftSettings: strict),
        // What is stored, and the rules of it; an engine keeps it.
        .target(name: "Database", dependencies: ["Domain"], swiftSettings: strict),
        .target(
            name: "DatabaseSQLite", dependencies: ["CSQLite", "Database", "Domain"], swiftSettings: strict),

        // libav has a process of its own, which is asked over a pair of sockets.
        .target(name: "MediaProtocol", dependencies: ["Crypto", "Domain", "Formats"], swiftSettings: strict),
        .target(
            name: "Media", dependencies: ["CLibAV", "Crypto", "Domain", "MediaProtocol", "System"],
            swiftSettings: strict),
        .executableTarget(
            name: "FocustMedia",
            dependencies: ["Crypto", "Domain", "Formats", "Media", "MediaProtocol", "System"],
            swiftSettings: strict),
        .target(
            name: "MediaClient", dependencies: ["Crypto", "Domain", "Formats", "MediaProtocol", "System"],
            swiftSettings: strict),

        // The product: an HTTP server, and conversions.
        .target(
            name: "Callbacks",
            dependencies: [
                "Crypto", "Database", "Domain", "Formats", "Metrics", "Outbound", "System", logging,
            ], swiftSettings: strict),
        .target(
            name: "Conversion",
            dependencies: [
                "Callbacks", "Crypto", "Database", "Domain", "Files", "Formats", "MediaClient",
                "MediaProtocol", "Metrics", "System", logging,
            ], swiftSettings: strict),
        .target(
            name: "Server",
            dependencies: [
                "Callbacks", "Crypto", "Database", "Domain", "Files", "Formats", "MediaClient",
                "MediaProtocol", "Metrics", "Outbound", "Settings", "System", "Tokens", logging,
            ], swiftSettings: strict),
        // What an older server left, judged by what this one would serve.
        .target(name: "TreeImport", dependencies: ["Domain", "Files", "Formats"], swiftSettings: strict),
        // What `focust-video check` looks at.
        .target(
            name: "Doctor",
            dependencies: [
                "Crypto", "DatabaseSQLite", "Domain", "FastCGI", "Files", "Formats", "MediaClient",
                "MediaProtocol", "Nginx", "Outbound", "Settings", "System",
            ], swiftSettings: strict),
        // The commands, and the wiring of the rooms.
        .executableTarget(
            name: "FocustVideo",
            dependencies: [
                "Callbacks", "Conversion", "Crypto", "Database", "DatabaseSQLite", "Doctor", "Domain",
                "FastCGI", "Files", "Formats", "MediaClient", "MediaProtocol", "Metrics", "Nginx", "Outbound",
                "Server", "Settings", "System", "Tokens", "TreeImport", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),

        .executableTarget(
            name: "bench-parser", dependencies: ["Domain", "Formats"], path: "Benchmarks/parser",
            swiftSettings: pure),
        .executableTarget(
            name: "bench-tokens", dependencies: ["Crypto", "Domain", "System", "Tokens"],
            path: "Benchmarks/tokens", swiftSettings: strict),
        // What the conversion benchmark runs; nothing that is installed.
        .executableTarget(
            name: "bench-conversion", dependencies: ["Crypto", "Media", "MediaProtocol"],
            path: "Benchmarks/conversion", swiftSettings: strict),

        // What tests of several rooms use.
        // A process that tries what a converter which was taken over might.
        .systemLibrary(name: "CDeeds", path: "Tests/CDeeds"),
        .executableTarget(
            name: "deeds", dependencies: ["CDeeds", "System"], path: "Tests/Deeds", swiftSettings: strict),
        // A process whose children leave processes behind.
        .executableTarget(
            name: "orphans", dependencies: ["System"], path: "Tests/Orphans", swiftSettings: strict),
        // A second engine behind the surface of Database.
        .target(
            name: "MemoryDatabase", dependencies: ["Database", "Domain"], path: "Tests/MemoryDatabase",
            swiftSettings: strict),
        // A real HTTP server on the loopback, for the tests of what sends.
        .target(
            name: "HTTPReceiver", dependencies: ["System"], path: "Tests/HTTPReceiver", swiftSettings: strict
        ),
        // A strict reader of Prometheus' text format.
        .target(name: "PrometheusReader", path: "Tests/PrometheusReader", swiftSettings: strict),
        // A database with callbacks in it, and a clock that tests move.
        .target(
            name: "TestOutbox",
            dependencies: [
                "Callbacks", "Crypto", "Database", "DatabaseSQLite", "Domain", "Metrics", "System", logging,
            ], path: "Tests/TestOutbox", swiftSettings: strict),

        .testTarget(name: "DomainTests", dependencies: ["Domain"], swiftSettings: strict),
        .testTarget(name: "UnsafeBytesTests", dependencies: ["UnsafeBytes"], swiftSettings: strict),
        .testTarget(name: "FormatsTests", dependencies: ["Domain", "Formats"], swiftSettings: strict),
        .testTarget(
            name: "SystemTests",
            dependencies: ["CDeeds", "Domain", "Formats", "System", "deeds", "orphans"],
            swiftSettings: strict),
        .testTarget(
            name: "MetricsTests", dependencies: ["Metrics", "PrometheusReader", "System"],
            swiftSettings: strict),
        .testTarget(
            name: "DoctorTests", dependencies: ["Doctor", "Nginx", "Settings"], swiftSettings: strict),
        .testTarget(name: "NginxTests", dependencies: ["Nginx", "Settings"], swiftSettings: strict),
        .testTarget(
            name: "SettingsTests", dependencies: ["Crypto", "Domain", "Settings"], swiftSettings: strict),
        .testTarget(name: "CryptoTests", dependencies: ["Crypto"], swiftSettings: strict),
        .testTarget(
            name: "TokensTests", dependencies: ["Crypto", "Domain", "Formats", "System", "Tokens"],
            swiftSettings: strict),
        .testTarget(
            name: "OutboundTests", dependencies: ["Crypto", "Domain", "HTTPReceiver", "Outbound", "System"],
            swiftSettings: strict),
        .testTarget(
            name: "FastCGITests", dependencies: ["FastCGI", "Formats", "System"], swiftSettings: strict),
        .testTarget(name: "FilesTests", dependencies: ["Domain", "Files"], swiftSettings: strict),
        .testTarget(
            name: "DatabaseTests", dependencies: ["Database", "DatabaseSQLite", "Domain", "MemoryDatabase"],
            swiftSettings: strict),
        .testTarget(
            name: "MediaTests", dependencies: ["CLibAV", "Crypto", "Domain", "Media", "MediaProtocol"],
            swiftSettings: strict),
        .testTarget(
            name: "MediaClientTests",
            dependencies: ["Crypto", "Domain", "Formats", "MediaClient", "MediaProtocol", "System"],
            swiftSettings: strict),
        .testTarget(
            name: "CallbacksTests",
            dependencies: [
                "Callbacks", "Crypto", "Database", "Domain", "HTTPReceiver", "MemoryDatabase",
                "Outbound", "System", "TestOutbox",
            ], swiftSettings: strict),
        .testTarget(
            name: "ConversionTests",
            dependencies: [
                "Callbacks", "Conversion", "Crypto", "Database", "Domain", "Files", "FocustMedia", "Formats",
                "MediaClient", "MediaProtocol", "MemoryDatabase", "Metrics", "System", "TestOutbox", logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Database", "Domain", "Files", "Formats", "HTTPReceiver", "MemoryDatabase", "Outbound",
                "Server", "System", "Tokens", logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "FocustVideoTests",
            dependencies: [
                "Callbacks", "Conversion", "Domain", "FocustVideo", "Metrics", "PrometheusReader", "Server",
            ],
            swiftSettings: strict),
    ]
)
