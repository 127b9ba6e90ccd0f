import Domain

/// What refusals and failed tasks say in French, by the template of their English sentence. A test holds it to be complete.
enum French {
    static let sentences: [String: String] = general.merging(credentials) { $1 }.merging(media) { $1 }
        .merging(uploads) { $1 }.merging(files) { $1 }.merging(tasks) { $1 }.merging(reasons) { $1 }

    /// The most particular ones first, so that the choice is always the same.
    private static let templates = sentences.keys.sorted { ($1.count, $1) < ($0.count, $0) }

    /// What is said for an English sentence that was stored as text; the sentence itself where the table lacks it.
    static func text(of stored: String) -> String {
        Message(stored, among: templates).text(by: sentences)
    }

    private static let general = [
        "There is nothing at this address.": "Il n’y a rien à cette adresse.",
        "There is nothing at this address: leave out the slash at its end.":
            "Il n’y a rien à cette adresse : retirez la barre oblique à la fin.",
        "There is nothing at this address: it has two slashes in a row.":
            "Il n’y a rien à cette adresse : elle contient deux barres obliques de suite.",
        "This address takes {0} alone.": "Cette adresse n’accepte que {0}.",
        "{0} is missing.": "{0} manque.",
        "{0} must be a text.": "{0} doit être un texte.",
        "{0} must be a text of 1 to 1024 bytes.": "{0} doit être un texte de 1 à 1024 octets.",
        "{0} must be 1 to 128 letters, digits, _, - or . (not first).":
            "{0} doit compter 1 à 128 lettres, chiffres, _, - ou . (pas en premier).",
        "user_id must be 1 to {0} characters, none of them a control character.":
            "user_id doit compter 1 à {0} caractères, sans caractère de contrôle.",
        "rel must be trainer_id/course_id/module_id/lesson_id, four ids.":
            "rel doit être trainer_id/course_id/module_id/lesson_id, quatre identifiants.",
        "rel must be ids joined by /, four of them or two.":
            "rel doit être quatre identifiants, ou deux, joints par /.",
        "rels must be a list of at most {0} texts.": "rels doit être une liste d’au plus {0} textes.",
        "rels is missing.": "rels manque.",
        "user_id is missing.": "user_id manque.",
        "type must be lesson, course or module.": "type doit être lesson, course ou module.",
        "platform must be web or mobile.": "platform doit être web ou mobile.",
        "ttl must be a whole number of seconds, at least 1.":
            "ttl doit être un nombre entier de secondes, au moins 1.",
        "max_height must be a whole number of pixels, at least 1.":
            "max_height doit être un nombre entier de pixels, au moins 1.",
        "limit must be from 1 to {0}.": "limit doit aller de 1 à {0}.",
        "status must be one of {0}.": "status doit être l’un de : {0}.",
        "after names no task.": "after ne désigne aucune tâche.",
        "after must be the next of the page before: a lesson's four ids.":
            "after doit être le next de la page précédente : les quatre identifiants d’une leçon.",
        "There is no {0}; ask for the tasks after the next of this page.":
            "Il n’y a pas de {0} ; demandez les tâches qui suivent le next de cette page, par after.",
        "{0} is no name of a stored file.": "{0} n’est pas le nom d’un fichier stocké.",
        "The query names {0} twice.": "La requête nomme {0} deux fois.",
        "The query is too long.": "La requête est trop longue.",
        "The query has more than {0} parameters.": "La requête a plus de {0} paramètres.",
        "The query has an escape that is not percent-encoded UTF-8.":
            "La requête contient un échappement qui n’est pas de l’UTF-8 encodé par %.",
        "The body is larger than {0} bytes.": "Le corps dépasse {0} octets.",
        "The body must be a JSON object: {0}.": "Le corps doit être un objet JSON : {0}.",
        "One of jti, user_id and rel is needed.": "Il faut jti, user_id ou rel.",
        "Only one of jti, user_id and rel may be given.": "Un seul de jti, user_id et rel peut être donné.",
        "task_id is no task's id.": "task_id n’est pas l’identifiant d’une tâche.",
        "There is no such task.": "Cette tâche n’existe pas.",
        "There is no such lesson.": "Cette leçon n’existe pas.",
        "The lesson could not be deleted.": "La leçon n’a pas pu être supprimée.",
        "The storage failed.": "Le stockage a échoué.",
        "The database failed.": "La base de données a échoué.",
        "The server has too little free disk space.": "Le serveur n’a plus assez d’espace disque.",
        "The server's disk had too little free space for this conversion.":
            "Le disque du serveur n’avait pas assez d’espace libre pour cette conversion.",
    ]

    private static let credentials = [
        "An API key is needed, as Authorization: Bearer.":
            "Il faut une clé d’API, dans l’en-tête Authorization: Bearer.",
        "An API key or an upload token is needed, as Authorization: Bearer.":
            "Il faut une clé d’API ou un jeton d’envoi, dans l’en-tête Authorization: Bearer.",
        "The Authorization header must be the word Bearer, a space and an API key.":
            "L’en-tête Authorization doit être le mot Bearer, une espace et une clé d’API.",
        "The credentials are the word {0}: the value was missing where it was put in.":
            "Le jeton ou la clé est le mot {0} : la valeur manquait là où elle a été insérée.",
        "This is a token, and an API key is needed here.": "C’est un jeton ; il faut ici une clé d’API.",
        "This is an API key, and a token is needed: have one issued with it, and keep it on the server.":
            "C’est une clé d’API ; il faut un jeton : demandez-en un avec elle, et gardez-la sur le serveur.",
        "The name before the colon is no part of an API key: send what is behind it.":
            "Le nom avant les deux-points ne fait pas partie de la clé d’API : envoyez ce qui suit.",
        "This API key is unknown here.": "Cette clé d’API est inconnue ici.",
        "The session belongs to another user.": "La session appartient à un autre utilisateur.",
        "The session is not valid: {0}": "La session n’est pas valable : {0}",
        "A token is needed, as Authorization: Bearer or as ?token=.":
            "Il faut un jeton, dans l’en-tête Authorization: Bearer ou par ?token=.",
        "The token is malformed: {0}.": "Le jeton est mal formé : {0}.",
        "The token's signature is wrong.": "La signature du jeton est fausse.",
        "The token has expired.": "Le jeton a expiré.",
        "The token is not valid yet.": "Le jeton n’est pas encore valable.",
        "The token has been revoked.": "Le jeton a été révoqué.",
        "The token that began this upload has been revoked.":
            "Le jeton qui a commencé cet envoi a été révoqué.",
        "The token is for another video.": "Le jeton est pour une autre vidéo.",
        "The token is for another file.": "Le jeton est pour un autre fichier.",
        "The token is for another upload.": "Le jeton est pour un autre envoi.",
        "The token is for smaller renditions of the video.":
            "Le jeton est pour des versions plus petites de la vidéo.",
        "The token is for renditions alone.": "Le jeton n’ouvre que les versions de la vidéo.",
        "The token is not for downloads.": "Le jeton ne sert pas à télécharger.",
        "The token is not for uploads.": "Le jeton ne sert pas à envoyer.",
        "The token is not for playing.": "Le jeton ne sert pas à lire.",
        "The token opens segments and key, not the playlist.":
            "Le jeton ouvre les segments et la clé, pas la liste de lecture.",
        "This address is for tokens with platform=mobile.":
            "Cette adresse est pour les jetons platform=mobile.",
        "This token needs a Referer or an Origin header; for an app, ask for platform=mobile.":
            "Ce jeton exige un en-tête Referer ou Origin ; pour une application, demandez platform=mobile.",
        "This page has no origin that could be allowed.":
            "Cette page n’a pas d’origine qui puisse être autorisée.",
        "Pages of {0} are not allowed: FOCUST_ALLOWED_ORIGINS does not name it.":
            "Les pages de {0} ne sont pas autorisées : FOCUST_ALLOWED_ORIGINS ne les nomme pas.",
        "This user may not have this video.": "Cet utilisateur n’a pas droit à cette vidéo.",
        "Whether this user may have this video could not be found out. Try again.":
            "On n’a pas pu savoir si cet utilisateur a droit à cette vidéo. Réessayez.",
        "Too many users wait for the site's answer already; try again.":
            "Trop d’utilisateurs attendent déjà la réponse du site ; réessayez.",
        "The site takes too long to answer for so many lessons; ask for these again.":
            "Le site met trop de temps à répondre pour tant de leçons ; redemandez celles-ci.",
    ]

    private static let media = [
        "There is no such file.": "Ce fichier n’existe pas.",
        "There is no such video.": "Cette vidéo n’existe pas.",
        "The lesson has no original of this name; its upload told the right one.":
            "La leçon n’a pas d’original de ce nom ; la réponse à l’envoi a donné le bon.",
        "The video is being converted.": "La vidéo est en cours de conversion.",
        "The video could not be converted.": "La vidéo n’a pas pu être convertie.",
        "The video has been replaced; load its playlist again.":
            "La vidéo a été remplacée ; rechargez sa liste de lecture.",
        "The playlist of the video is too long.": "La liste de lecture de la vidéo est trop longue.",
        "The key of the video is damaged; upload the video again.":
            "La clé de la vidéo est endommagée ; envoyez de nouveau la vidéo.",
        "What is known of the video's renditions is damaged; upload the video again.":
            "Ce que l’on sait des versions de la vidéo est endommagé ; envoyez de nouveau la vidéo.",
        "filename names no video.": "filename ne désigne aucune vidéo.",
        "video_id is not the video of that file.": "video_id n’est pas la vidéo de ce fichier.",
    ]

    private static let uploads = [
        "video is missing.": "video manque.",
        "filename is missing.": "filename manque.",
        "video has no file.": "video ne contient pas de fichier.",
        "{0} is not one of: {1}.": "{0} n’est pas l’un de : {1}.",
        "{0} is not UTF-8.": "{0} n’est pas en UTF-8.",
        "{0} is longer than {1} bytes.": "{0} dépasse {1} octets.",
        "{0} must be a URL whose origin FOCUST_CALLBACK_HOSTS names.":
            "{0} doit être une URL dont FOCUST_CALLBACK_HOSTS nomme l’origine.",
        "An upload token says where callbacks go: {0} is a parameter of its issuing.":
            "Un jeton d’envoi dit où vont les rappels : {0} est un paramètre de son émission.",
        "The addresses of the callbacks are too long for a token.":
            "Les adresses des rappels sont trop longues pour un jeton.",
        "The file's name is empty once cleaned.": "Il ne reste rien du nom du fichier une fois nettoyé.",
        "The file's name gives no id for the video.":
            "Le nom du fichier ne donne pas d’identifiant à la vidéo.",
        "There are lessons where this video would be.": "Des leçons se trouvent là où serait cette vidéo.",
        "The form has {0} twice.": "Le formulaire contient {0} deux fois.",
        "The form has more than one video.": "Le formulaire contient plus d’une vidéo.",
        "The form has more than {0} parts.": "Le formulaire a plus de {0} parties.",
        "The form has bytes behind a boundary on its line.":
            "Le formulaire a des octets derrière un séparateur, sur sa ligne.",
        "The form breaks off before its closing boundary.":
            "Le formulaire s’arrête avant son séparateur de fin.",
        "The form's boundary is not one of 1 to 70 allowed characters.":
            "Le séparateur du formulaire n’est pas fait de 1 à 70 caractères permis.",
        "A part of the form has more header than is read.":
            "Une partie du formulaire a plus d’en-têtes qu’il n’en est lu.",
        "The body must be multipart/form-data with a boundary.":
            "Le corps doit être multipart/form-data avec un séparateur (boundary).",
        "The body broke off after {0} bytes.": "Le corps s’est interrompu après {0} octets.",
        "The upload is larger than {0} bytes; larger ones go to /upload/tus/.":
            "L’envoi dépasse {0} octets ; les plus grands vont à /upload/tus/.",
        "The upload is larger than {0} bytes.": "L’envoi dépasse {0} octets.",
        "The upload could not be queued.": "L’envoi n’a pas pu être mis en file.",
        "The upload cannot be read.": "L’envoi ne peut pas être lu.",
        "The upload has rested or lasted for too long; begin it again.":
            "L’envoi est resté trop longtemps en repos ou a duré trop longtemps ; recommencez-le.",
        "The upload comes in too slowly; go on where it stopped.":
            "L’envoi arrive trop lentement ; reprenez là où il s’est arrêté.",
        "Idempotency-Key must be one text of 1 to {0} printable ASCII characters.":
            "Idempotency-Key doit être un seul texte de 1 à {0} caractères ASCII imprimables.",
        "Another request with this Idempotency-Key is under way; try again.":
            "Une autre requête avec cet Idempotency-Key est en cours ; réessayez.",
        "This Idempotency-Key was given to another upload: each upload needs a key of its own.":
            "Cet Idempotency-Key a été donné à un autre envoi : chaque envoi a besoin de sa propre clé.",
        "There is no such upload.": "Cet envoi n’existe pas.",
        "Another request goes on with this upload.": "Une autre requête poursuit cet envoi.",
        "Another request has this upload.": "Une autre requête tient cet envoi.",
        "Too many uploads come in at once; go on with this one shortly.":
            "Trop d’envois arrivent à la fois ; reprenez celui-ci dans un instant.",
        "The part goes beyond the {0} bytes of Upload-Length.":
            "La partie dépasse les {0} octets d’Upload-Length.",
        "The part is not what Upload-Checksum says.": "La partie n’est pas ce que dit Upload-Checksum.",
        "The checksum could not be computed.": "La somme de contrôle n’a pas pu être calculée.",
        "Upload-Offset must be {0}, where the last part ended.":
            "Upload-Offset doit être {0}, là où la dernière partie s’est terminée.",
        "Upload-Length must be more than 0.": "Upload-Length doit être supérieur à 0.",
        "Upload-Checksum must be sha1 or sha256, and the digest in base64.":
            "Upload-Checksum doit être sha1 ou sha256, puis l’empreinte en base64.",
        "Upload-Metadata is longer than {0} bytes.": "Upload-Metadata dépasse {0} octets.",
        "Upload-Metadata has {0} twice.": "Upload-Metadata contient {0} deux fois.",
        "Upload-Metadata must be pairs of a key and base64, separated by commas.":
            "Upload-Metadata doit être faite de paires d’une clé et de base64, séparées par des virgules.",
        "{0} of Upload-Metadata must be base64 of at most {1} bytes of UTF-8.":
            "{0} d’Upload-Metadata doit être le base64 d’au plus {1} octets d’UTF-8.",
        "{0} is not supported.": "{0} n’est pas pris en charge.",
        "{0} must be a number of bytes.": "{0} doit être un nombre d’octets.",
        "Content-Type must be {0}.": "Content-Type doit être {0}.",
        "Tus-Resumable must be {0}.": "Tus-Resumable doit être {0}.",
        "The video cannot be read: looking into it fails.":
            "La vidéo ne peut pas être lue : son examen échoue.",
        "The video could not be looked into.": "La vidéo n’a pas pu être examinée.",
        "The server has no room to look into the video now; try again.":
            "Le serveur n’a pas la place d’examiner la vidéo maintenant ; réessayez.",
    ]

    /// What is wrong with a film, as the process that looks into it says.
    static let files = [
        "This is not a video file that can be read: {0} are accepted.":
            "Ce n’est pas un fichier vidéo qui puisse être lu ; sont acceptés : {0}.",
        "There is no video in this file that can be decoded.":
            "Ce fichier ne contient pas de vidéo qui puisse être décodée.",
        "There is no video in this file that can be decoded: its codec is {0}.":
            "Ce fichier ne contient pas de vidéo qui puisse être décodée : son codec est {0}.",
        "There is no video in this file that can be decoded: nothing of its {0} can be read.":
            "Ce fichier ne contient pas de vidéo qui puisse être décodée : rien de son {0} ne peut être lu.",
        "There is no picture in this video that can be decoded.":
            "Cette vidéo ne contient pas d’image qui puisse être décodée.",
        "The film is in {0}, whose colours only Dolby's players show. Export it as HDR10, HLG or SDR.":
            "La vidéo est en {0}, dont seuls les lecteurs de Dolby montrent les couleurs. "
            + "Exportez-la en HDR10, HLG ou SDR.",
        "The pictures of this film are encrypted (copy protection, DRM: {0}). "
            + "Upload a copy without copy protection.":
            "Les images de cette vidéo sont chiffrées (protection contre la copie, DRM : {0}). "
            + "Envoyez une copie sans protection.",
        "The sound of this film is encrypted (copy protection, DRM: {0}). "
            + "Upload a copy without copy protection.":
            "Le son de cette vidéo est chiffré (protection contre la copie, DRM : {0}). "
            + "Envoyez une copie sans protection.",
        "This is a picture, not a film.": "C’est une image, pas une vidéo.",
        "This is not a file.": "Ce n’est pas un fichier.",
        "The file is empty.": "Le fichier est vide.",
        "The file is cut off: {0} % of its pictures are missing.":
            "Le fichier est coupé : {0} % de ses images manquent.",
        "The file is damaged: its times make no sense.":
            "Le fichier est endommagé : ses temps n’ont pas de sens.",
        "The picture is too large: {0} × {1} pixels.": "L’image est trop grande : {0} × {1} pixels.",
        "The video is longer than {0} hours.": "La vidéo dure plus de {0} heures.",
    ]

    /// Why a task failed, ended without a lesson, or waits.
    private static let tasks = [
        "The converter crashed repeatedly on this file.":
            "Le convertisseur s’est arrêté plusieurs fois sur ce fichier.",
        "The converter broke down while it worked on this file.":
            "Le convertisseur s’est arrêté pendant qu’il traitait ce fichier.",
        "The converter could not be started.": "Le convertisseur n’a pas pu être lancé.",
        "The conversion was cancelled.": "La conversion a été annulée.",
        "The conversion took longer than its time limit.": "La conversion a dépassé le temps permis.",
        "It took longer than its time limit.": "Le temps permis a été dépassé.",
        "The conversion could not go on: {0}.": "La conversion n’a pas pu continuer : {0}.",
        "The conversion waits for free space on the server's disk.":
            "La conversion attend de l’espace libre sur le disque du serveur.",
        "The server could not finish the conversion.": "Le serveur n’a pas pu terminer la conversion.",
        "The converted video is damaged.": "La vidéo convertie est endommagée.",
        "The produced lesson broke the rule {0}: {1}.": "La leçon produite enfreint la règle {0} : {1}.",
        "A newer upload of the same lesson takes its place.":
            "Un envoi plus récent de la même leçon prend sa place.",
        "The lesson was deleted.": "La leçon a été supprimée.",
        "The uploaded file is gone; upload it again.":
            "Le fichier envoyé n’est plus là ; envoyez-le de nouveau.",
        "The lesson would become too large.": "La leçon deviendrait trop grande.",
        "There are no pictures in this video.": "Cette vidéo ne contient pas d’images.",
        "The pictures of this film begin too long after its sound.":
            "Les images de cette vidéo commencent trop longtemps après le son.",
        "The file is damaged: its pictures do not move on in time.":
            "Le fichier est endommagé : ses images n’avancent pas dans le temps.",
        "The file is damaged: nothing in it can be decoded.":
            "Le fichier est endommagé : rien n’y peut être décodé.",
        "This video cannot be decoded.": "Cette vidéo ne peut pas être décodée.",
        "The file is damaged and cannot be read to its end.":
            "Le fichier est endommagé et ne peut pas être lu jusqu’à la fin.",
        "The file cannot be searched.": "On ne peut pas se déplacer dans le fichier.",
        "The streams of this file cannot be read.": "Les pistes de ce fichier ne peuvent pas être lues.",
        "The video claims to be longer than {0} hours.": "La vidéo dit durer plus de {0} heures.",
        "{0} cannot be decoded.": "{0} ne peut pas être décodé.",
        "A conversion went first.": "Une conversion est passée avant.",
        "The lesson was replaced or deleted meanwhile.":
            "La leçon a été remplacée ou supprimée entre-temps.",
        "The renditions of the video are damaged.": "Les versions de la vidéo sont endommagées.",
        "The renditions were given up.": "Les versions de la vidéo ont été abandonnées.",
        "This lesson can get no further renditions: {0}.":
            "Cette leçon ne peut pas recevoir d’autres versions : {0}.",
        "A thread could not be started.": "Un fil d’exécution n’a pas pu être lancé.",
        "It is in another container.": "Elle est dans un autre conteneur.",
        "It has sound that its beginning lacks.": "Elle a un son que le début n’a pas.",
        "The recording becomes another one more than {0} times on the way.":
            "L’enregistrement en devient un autre plus de {0} fois en chemin.",
        "The recording becomes another one on the way, with sound that its beginning lacks.":
            "L’enregistrement en devient un autre en chemin, avec un son que son début n’a pas.",
        "The recording becomes another one on the way. Of that part: {0}":
            "L’enregistrement en devient un autre en chemin. De cette partie : {0}",
    ]

    /// Why a token is malformed: put into the sentence above.
    private static let reasons = [
        "it has fewer than three parts": "il a moins de trois parties",
        "it has more than three parts": "il a plus de trois parties",
        "it has no exp": "il n’a pas d’exp",
        "it is too long": "il est trop long",
        "its algorithm is not HS256": "son algorithme n’est pas HS256",
        "The token's signature is wrong.": "La signature du jeton est fausse.",
        "The token has expired.": "Le jeton a expiré.",
    ]
}
