import Formats

/// Every route on one screen.
enum Routes {
    static func all(_ services: Services) -> [Route] {
        let lessons = LessonStatus(services: services)
        let ahead = FutureDatedTokens()
        let issuance = Issuance(services: services, ahead: ahead)
        let revocation = RevocationService(services: services, ahead: ahead)
        let playTokens = PlayTokens(services: services, lessons: lessons, issuance: issuance)
        let batch = PlayTokenBatch(tokens: playTokens)
        let downloadTokens = DownloadTokens(services: services, issuance: issuance)
        let uploadTokens = UploadTokens(services: services, issuance: issuance)
        let playback = Playback(services: services, lessons: lessons)
        let downloads = Downloads(services: services, lessons: lessons)
        let keyed = KeyedUploads(services)
        let lessonUpload = LessonUpload(services, keyed)
        let flatUpload = FlatUpload(services, keyed)
        let presentation = PresentationUpload(services, keyed)
        let resumable = ResumableUploads(services, keyed)
        let tasks = Tasks(services: services)
        let description = LessonDescription(services: services, lessons: lessons)
        let manage = Lessons(services: services, description: description, revocation: revocation)
        let list = LessonList(services: services, description: description)
        let presentations = Presentations(services: services, revocation: revocation)
        let revoke = Revoke(revocation: revocation, files: services.files, log: services.log)
        let operations = Operations(services: services)
        let lesson = "{trainer_id}/{course_id}/{module_id}/{lesson_id}"
        let module = "{course_id}/{module_id}"

        return [
            // Tokens
            Route([.get], "/api/get-video-token/v2", .issue(playTokens.issue)),
            Route([.post], "/api/get-video-tokens/v2", .issue(batch.issue)),
            Route([.get], "/api/get-video-token/{user_id}/{filename}", .issue(playTokens.issueFlat)),
            Route(
                [.get], "/api/get-video-token/mobile/{user_id}/{filename}/{video_id}",
                .issue(playTokens.issueFlatMobile)),
            Route([.get], "/api/get-download-token/v2", .issue(downloadTokens.issue)),
            Route([.get], "/api/get-download-token/{user_id}/{filename}", .issue(downloadTokens.issueFlat)),
            Route([.get], "/api/get-upload-token", .service(uploadTokens.issue)),

            // Playback
            Route([.get], "/hls2/\(lesson)/{file}", .play(onlyMobile: false, playback.answer)),
            Route([.get], "/mobile/hls2/\(lesson)/{file}", .play(onlyMobile: true, playback.answer)),
            Route([.get], "/hls/{user_id}/{video_id}/{file}", .play(onlyMobile: false, playback.answer)),
            Route(
                [.get], "/mobile/hls/{user_id}/{video_id}/{file}", .play(onlyMobile: true, playback.answer)),
            Route([.get], "/videos-user/{user_id}/{filename}", .file(WantedFile.raw, downloads.answer)),

            // Downloads
            Route([.get], "/download2/\(lesson)/{filename}", .file(WantedFile.lesson, downloads.answer)),
            Route(
                [.get], "/download2/course/{course_id}/{filename}", .file(WantedFile.course, downloads.answer)
            ),
            Route(
                [.get], "/download2/module/\(module)/{filename}", .file(WantedFile.module, downloads.answer)),
            Route([.get], "/api/download/{user_id}/{filename}", .file(WantedFile.flat, downloads.answer)),

            // Uploads and what becomes of them
            Route([.post], "/upload/lesson", .upload(lessonUpload.answer, ahead: lessonUpload.judgeAhead)),
            Route([.post], "/upload", .upload(flatUpload.answer, ahead: flatUpload.judgeAhead)),
            Route(
                [.post], "/upload_presentation/course/{course_id}",
                .upload(presentation.course, ahead: presentation.judgeCourseAhead)),
            Route(
                [.post], "/upload_presentation/module/\(module)",
                .upload(presentation.module, ahead: presentation.judgeModuleAhead)),
            Route(
                [.post], "/upload_presentation",
                .upload(presentation.flat, ahead: presentation.judgeFlatAhead)
            ),
            Route([.post], "/upload/tus/", .upload(resumable.create, ahead: resumable.judgeCreationAhead)),
            Route(
                [.head], "/upload/tus/{upload_id}", .resume(resumable.show, ahead: resumable.judgeAhead)),
            Route(
                [.patch], "/upload/tus/{upload_id}",
                .resume(resumable.append, ahead: resumable.judgePartAhead)),
            Route(
                [.delete], "/upload/tus/{upload_id}",
                .resume(resumable.terminate, ahead: resumable.judgeAhead)
            ),
            Route([.get], "/api/tasks", .service(tasks.list)),
            Route([.get], "/api/tasks/{task_id}", .follow(tasks.show)),

            // Management
            Route([.get], "/api/lessons", .service(list.answer)),
            Route([.get], "/api/lessons/\(lesson)", .service(manage.show)),
            Route([.delete], "/api/lessons/\(lesson)", .service(manage.delete)),
            Route([.delete], "/api/presentations/course/{course_id}", .service(presentations.deleteCourse)),
            Route([.delete], "/api/presentations/module/\(module)", .service(presentations.deleteModule)),
            Route([.post], "/api/revoke", .service(revoke.answer)),

            // Operations
            Route([.get], "/healthz", .open(operations.health)),
            Route([.get], "/readyz", .open(operations.readiness)),
            Route([.get], "/metrics", .metrics),
        ]
    }
}
