import Callbacks
import Conversion
import Domain
import Foundation
import Metrics
import PrometheusReader
import Server
import Synchronization
import Testing

@testable import FocustVideo

@Suite struct ProcessMetricsTests {
    private static let probes = ServerProbes(
        queueDepth: { [("queued", 3), ("processing", 1)] }, renditionDepth: { [("queued", 5)] },
        queueOldestSeconds: { 12.5 },
        queueWaitingForSpace: { 2 },
        callbacksPending: { 2 }, diskFreeBytes: { 1 << 40 })

    private func metrics(_ probes: ServerProbes = probes) -> ProcessMetrics {
        ProcessMetrics(version: "1.2.3", probes: probes)
    }

    private func requests() -> RequestMetrics {
        RequestMetrics([("/hls2/{rel}/{file}", .playback), ("/api/tasks/{task_id}", .api)])
    }

    private func scrape(_ metrics: ProcessMetrics) throws -> MetricsScrape {
        try MetricsScrape(metrics.registry.exposition())
    }

    @Test func `Every metric is there from the start`() throws {
        let families = try scrape(metrics()).families
        let expected = [
            "focust_refusals_total": "counter", "focust_token_verifications_total": "counter",
            "focust_threads_busy": "gauge", "focust_threads": "gauge", "focust_upload_bytes_total": "counter",
            "focust_queue_depth": "gauge", "focust_queue_oldest_seconds": "gauge",
            "focust_queue_waiting_for_space": "gauge",
            "focust_conversions_total": "counter", "focust_conversion_seconds": "histogram",
            "focust_conversion_realtime_factor": "histogram", "focust_callbacks_total": "counter",
            "focust_rendition_jobs_total": "counter", "focust_renditions_total": "counter",
            "focust_rendition_job_seconds": "histogram", "focust_rendition_realtime_factor": "histogram",
            "focust_rendition_queue_depth": "gauge",
            "focust_callbacks_pending": "gauge", "focust_disk_free_bytes": "gauge",
            "focust_build_info": "gauge", "focust_settings_reload_successful": "gauge",
            "process_start_time_seconds": "gauge",
            "process_resident_memory_bytes": "gauge", "process_open_fds": "gauge", "process_threads": "gauge",
            "process_cpu_seconds_total": "counter",
        ]
        #expect(families.mapValues(\.kind) == expected)
        for (name, family) in families { #expect(!family.samples.isEmpty, "\(name)") }
        let ofRequests = try MetricsScrape(requests().exposition()).families
        #expect(
            ofRequests.mapValues(\.kind) == [
                "focust_requests_total": "counter", "focust_request_seconds": "histogram",
            ])
        // A series of a route and a status begins with its first request.
        #expect(ofRequests["focust_requests_total"]?.samples.isEmpty == true)
    }

    @Test func `A request counts for its route, its status and its class`() throws {
        let metrics = requests()
        let route = metrics.route("/hls2/{rel}/{file}")
        route.answered(200, nanoseconds: 300_000)
        route.answered(200, nanoseconds: 2_000_000)
        route.answered(404, nanoseconds: 1)
        let scrape = try MetricsScrape(metrics.exposition())
        let labels = ["route": "/hls2/{rel}/{file}", "status": "200"]
        #expect(scrape.value("focust_requests_total", labels) == 2)
        #expect(scrape.value("focust_requests_total", labels.merging(["status": "404"]) { $1 }) == 1)
        #expect(scrape.value("focust_request_seconds_count", ["class": "playback"]) == 3)
        #expect(scrape.value("focust_request_seconds_bucket", ["class": "playback", "le": "0.0005"]) == 2)
        #expect(scrape.value("focust_request_seconds_count", ["class": "api"]) == 0)
    }

    @Test func `Nothing a client asks for makes a series`() throws {
        let metrics = requests()
        for number in 0..<2000 {
            metrics.route("/hls2/\(number)/\"}\n").answered(number, nanoseconds: 1)
        }
        let samples = try #require(
            try MetricsScrape(metrics.exposition()).families["focust_requests_total"]?.samples)
        #expect(Set(samples.map { $0.labels["route"] }) == ["none"])
        #expect(samples.count <= Set(ErrorCode.allCases.map(\.status)).count + 5)
        #expect(samples.map(\.value).reduce(0, +) == 2000)
    }

    @Test func `What the rooms say arrives under its name`() throws {
        let metrics = metrics()
        metrics.server.refused(.tokenExpired)
        metrics.server.tokenJudged(.accepted)
        metrics.playback.hasThreads(8)
        metrics.playback.threadWorks()
        metrics.playback.threadWorks()
        metrics.playback.threadRests()
        metrics.server.uploaded(bytes: 1 << 33)
        metrics.conversions.ended(.completed, .copy, seconds: 2, videoSeconds: 600)
        metrics.conversions.ended(.failed, .transcode, seconds: 7, videoSeconds: 600)
        metrics.conversions.renditions.ended(.completed, seconds: 4, videoSeconds: 600, made: 3)
        metrics.conversions.renditions.ended(.failed, seconds: 9, videoSeconds: 600, made: 0)
        metrics.callbacks.tried(.postponed)
        let scrape = try scrape(metrics)
        let expected: [(String, [String: String], Double)] = [
            ("focust_refusals_total", ["code": "token_expired"], 1),
            ("focust_refusals_total", ["code": "internal"], 0),
            ("focust_token_verifications_total", ["result": "accepted"], 1),
            ("focust_threads", ["pool": "play"], 8), ("focust_threads_busy", ["pool": "play"], 1),
            ("focust_threads_busy", ["pool": "upload"], 0), ("focust_upload_bytes_total", [:], 8_589_934_592),
            ("focust_conversions_total", ["result": "completed", "path": "copy"], 1),
            ("focust_conversions_total", ["result": "failed", "path": "transcode"], 1),
            ("focust_conversion_seconds_sum", [:], 2), ("focust_conversion_realtime_factor_sum", [:], 300),
            ("focust_rendition_jobs_total", ["result": "completed"], 1),
            ("focust_rendition_jobs_total", ["result": "failed"], 1), ("focust_renditions_total", [:], 3),
            ("focust_rendition_job_seconds_sum", [:], 4), ("focust_rendition_realtime_factor_sum", [:], 150),
            ("focust_rendition_queue_depth", ["status": "queued"], 5),
            ("focust_callbacks_total", ["result": "postponed"], 1),
            ("focust_queue_depth", ["status": "queued"], 3), ("focust_queue_oldest_seconds", [:], 12.5),
            ("focust_queue_waiting_for_space", [:], 2),
            ("focust_callbacks_pending", [:], 2), ("focust_disk_free_bytes", [:], 1_099_511_627_776),
            ("focust_build_info", ["version": "1.2.3"], 1),
        ]
        for (name, labels, value) in expected { #expect(scrape.value(name, labels) == value, "\(name)") }
    }

    @Test func `What cannot be known is left out`() throws {
        let silent = ServerProbes(
            queueDepth: { [] }, renditionDepth: { [] }, queueOldestSeconds: { nil },
            queueWaitingForSpace: { nil },
            callbacksPending: { nil }, diskFreeBytes: { nil }
        )
        let families = try scrape(metrics(silent)).families
        for name in ["focust_queue_depth", "focust_queue_oldest_seconds", "focust_disk_free_bytes"] {
            #expect(families[name]?.samples.isEmpty == true)
        }
    }

    @Test func `Probes are asked at every scrape and only then`() throws {
        let asked = Atomic(0)
        let counting = ServerProbes(
            queueDepth: { [] }, renditionDepth: { [] }, queueOldestSeconds: { nil },
            queueWaitingForSpace: { nil },
            callbacksPending: { nil },
            diskFreeBytes: { asked.wrappingAdd(1, ordering: .relaxed).newValue })
        let metrics = metrics(counting)
        #expect(asked.load(ordering: .relaxed) == 0)
        #expect(try scrape(metrics).value("focust_disk_free_bytes") == 1)
        #expect(try scrape(metrics).value("focust_disk_free_bytes") == 2)
    }

    @Test func `The process is described as the kernel sees it`() throws {
        // Other tests open and close files meanwhile, so that only a lower bound is certain.
        let files = try (0..<100).map { _ in try #require(FileHandle(forReadingAtPath: "/dev/null")) }
        let after = try scrape(metrics())
        #expect(try #require(after.value("process_open_fds")) >= 100)
        for file in files { try file.close() }
        let start = try #require(after.value("process_start_time_seconds"))
        #expect((0...7200).contains(Date().timeIntervalSince1970 - start))
        #expect(try #require(after.value("process_threads")) >= 1)
        let resident = try #require(after.value("process_resident_memory_bytes"))
        #expect((1e6...1e11).contains(resident))
        let cpu = try #require(after.value("process_cpu_seconds_total"))
        #expect(cpu > 0 && cpu < 7200)
    }

    @Test func `A worker names itself in every sample, and leaves out what others say`() throws {
        let metrics = metrics()
        metrics.conversions.ended(.completed, .copy, seconds: 2, videoSeconds: 100)
        let scrape = try MetricsScrape(metrics.workerExposition(name: "work-1"))
        let labels = ["worker": "work-1", "result": "completed", "path": "copy"]
        #expect(scrape.value("focust_conversions_total", labels) == 1)
        #expect(scrape.value("focust_conversion_seconds_sum", ["worker": "work-1"]) == 2)
        #expect(scrape.families.keys.allSatisfy { !$0.hasPrefix("process_") && !$0.contains("queue") })
        #expect(scrape.families.values.flatMap(\.samples).allSatisfy { $0.labels["worker"] == "work-1" })
    }
}
