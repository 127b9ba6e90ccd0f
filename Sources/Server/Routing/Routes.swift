import Formats

/// Every route on one screen.
enum Routes {
    static func all(_ services: Services) -> [Route] {
        let lessons = LessonStatus(services: services)
        let playTokens = PlayTokens(services: services, lessons: lessons)
        let playback = Playback(services: services, lessons: lessons)
        let tasks = Tasks(services: services)
        let operations = Operations(services: services)
        let lessonUpload = LessonUpload(services)
        let lesson = "{trainer_id}/{course_id}/{module_id}/{lesson_id}"

        return [
            // Tokens
            Route([.get], "/api/get-video-token/v2", .service(playTokens.issue)),

            // Playback
            Route([.get], "/hls2/\(lesson)/{file}", .play(onlyMobile: false, playback.answer)),
            Route([.get], "/mobile/hls2/\(lesson)/{file}", .play(onlyMobile: true, playback.answer)),

            // Uploads and what becomes of them
            Route([.post], "/upload/lesson", .service(lessonUpload.answer)),
            Route([.get], "/api/tasks", .service(tasks.list)),
            Route([.get], "/api/tasks/{task_id}", .service(tasks.show)),

            // Operations
            Route([.get], "/healthz", .open(operations.health)),
            Route([.get], "/readyz", .open(operations.readiness)),
        ]
    }
}
