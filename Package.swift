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

let package = Package(
    name: "focust-video",
    products: [
        .executable(name: "focust-video", targets: ["FocustVideo"]),
        .executable(name: "focust-media", targets: ["FocustMedia"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
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

        // Values and bytes.
        .target(name: "Domain", swiftSettings: pure),
        // What their loops over bytes would be too slow for.
        .target(name: "Bytes", swiftSettings: strict),
        .target(name: "Formats", dependencies: ["Bytes", "Domain"], swiftSettings: pure),

        .target(name: "Settings", dependencies: ["Crypto", "Domain"], swiftSettings: strict),

        // The process: threads, clock, log, metrics.
        .target(
            name: "Runtime",
            dependencies: ["CLinux", "Domain", "Formats", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),

        // One room per outside world.
        .target(
            name: "FastCGI",
            dependencies: [
                "CLinux", "Domain", "Formats", "Runtime",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .target(name: "Crypto", dependencies: ["CLibCrypto"], swiftSettings: strict),
        .target(
            name: "Tokens", dependencies: ["Crypto", "Domain", "Formats", "Runtime"], swiftSettings: strict),
        .target(name: "Database", dependencies: ["CSQLite", "Domain", "Runtime"], swiftSettings: strict),
        .target(name: "Files", dependencies: ["CLinux", "Domain", "Runtime"], swiftSettings: strict),
        // libav has a process of its own, which is asked over a pair of sockets.
        .target(name: "MediaProtocol", dependencies: ["Crypto", "Formats"], swiftSettings: strict),
        .target(
            name: "Media",
            dependencies: ["CLibAV", "MediaProtocol", "Crypto", "Domain", "Formats", "Runtime"],
            swiftSettings: strict),
        .target(
            name: "MediaProcess", dependencies: ["MediaProtocol", "Crypto", "Domain", "Formats", "Runtime"],
            swiftSettings: strict),
        .executableTarget(
            name: "FocustMedia",
            dependencies: ["Media", "MediaProtocol", "Crypto", "Domain", "Formats", "Runtime"],
            swiftSettings: strict),
        .target(
            name: "Outbound", dependencies: ["CCurl", "Crypto", "Domain", "Formats", "Runtime"],
            swiftSettings: strict),

        // What the rooms are for.
        .target(
            name: "Server",
            dependencies: [
                "Tokens", "Database", "Files", "MediaProcess", "MediaProtocol", "Outbound", "Formats",
                "Domain", "Runtime",
            ],
            swiftSettings: strict),
        .target(
            name: "Conversion",
            dependencies: [
                "Crypto", "Database", "Files", "MediaProcess", "MediaProtocol", "Outbound", "Formats",
                "Domain", "Runtime",
            ],
            swiftSettings: strict),
        // What an older server left; judged by what ours would serve.
        .target(
            name: "Migration", dependencies: ["Server", "Files", "Formats", "Domain"], swiftSettings: strict),
        .executableTarget(
            name: "FocustVideo",
            dependencies: [
                "FastCGI", "Server", "Migration", "Conversion", "Settings", "Outbound", "Tokens", "Crypto",
                "Database",
                "Files",
                "MediaProcess", "MediaProtocol", "Formats", "Domain", "Runtime",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "bench-parser", dependencies: ["Formats", "Domain"], path: "Benchmarks/parser",
            swiftSettings: pure),
        .executableTarget(
            name: "bench-tokens", dependencies: ["Tokens", "Crypto", "Domain", "Runtime"],
            path: "Benchmarks/tokens", swiftSettings: strict),
        // What the conversion benchmark runs; nothing that is installed.
        .executableTarget(
            name: "bench-conversion", dependencies: ["Media", "MediaProtocol", "Crypto"],
            path: "Benchmarks/conversion",
            swiftSettings: strict),

        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: strict),
        .testTarget(name: "DomainTests", dependencies: ["Domain"], swiftSettings: strict),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "Domain"], swiftSettings: strict),
        .testTarget(
            name: "SettingsTests", dependencies: ["Settings", "Domain", "Crypto"], swiftSettings: strict),
        // A process that tries what a converter which was taken over might.
        .systemLibrary(name: "CDeeds", path: "Tests/CDeeds"),
        .executableTarget(
            name: "deeds", dependencies: ["CDeeds", "Runtime"], path: "Tests/Deeds", swiftSettings: strict),
        // A process whose children leave processes behind.
        .executableTarget(
            name: "orphans", dependencies: ["Runtime"], path: "Tests/Orphans", swiftSettings: strict),
        .testTarget(
            name: "RuntimeTests", dependencies: ["CDeeds", "Runtime", "Domain", "deeds", "orphans"],
            swiftSettings: strict),
        .testTarget(
            name: "FastCGITests", dependencies: ["FastCGI", "Formats", "Runtime"],
            swiftSettings: strict),
        .testTarget(name: "CryptoTests", dependencies: ["Crypto"], swiftSettings: strict),
        .testTarget(
            name: "TokensTests", dependencies: ["Tokens", "Crypto", "Domain", "Formats", "Runtime"],
            swiftSettings: strict),
        // A second engine behind the surface of Database.
        .target(
            name: "MemoryDatabase", dependencies: ["Database", "Domain"], path: "Tests/MemoryDatabase",
            swiftSettings: strict),
        .testTarget(
            name: "DatabaseTests", dependencies: ["Database", "MemoryDatabase", "Domain"],
            swiftSettings: strict),
        .testTarget(name: "FilesTests", dependencies: ["Files"], swiftSettings: strict),
        .testTarget(
            name: "MediaTests", dependencies: ["Media", "MediaProtocol", "Crypto"], swiftSettings: strict),
        .testTarget(
            name: "MediaProcessTests",
            dependencies: ["MediaProcess", "MediaProtocol", "Crypto", "Formats", "Runtime"],
            swiftSettings: strict),
        // A real HTTP server on the loopback, for the tests of those who send.
        .target(
            name: "HTTPReceiver", dependencies: ["Runtime"], path: "Tests/HTTPReceiver", swiftSettings: strict
        ),
        .testTarget(
            name: "OutboundTests",
            dependencies: ["Outbound", "HTTPReceiver", "Crypto", "Domain", "Formats", "Runtime"],
            swiftSettings: strict),
        .testTarget(
            name: "ConversionTests",
            dependencies: [
                "Conversion", "HTTPReceiver", "MemoryDatabase", "Crypto", "Database", "Domain", "Files",
                "Formats", "MediaProcess", "MediaProtocol", "FocustMedia", "Outbound", "Runtime",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Database", "Domain", "Files", "HTTPReceiver", "MemoryDatabase", "Outbound",
                "Runtime",
                "Tokens",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
    ]
)
