# Makes of a unit of focust-video the template of a unit for further instances, `focust-video@staging.service`: their
# settings, secrets, data and sockets are their own, and they see neither those of the first nor of each other.
s,focust-video-work\.service,focust-video-work@%i.service,g
s,focust-video\.service,focust-video@%i.service,g
s,focust-video\.socket,focust-video@%i.socket,g
s,/etc/focust-video/focust-video\.env,/etc/focust-video/%i.env,g
s,/etc/focust-video/secrets,/etc/focust-video/secrets-%i,g
s,/var/lib/focust-video,/var/lib/focust-video-%i,g
s,/run/focust-video,/run/focust-video-%i,g
s,%t/focust-video,%t/focust-video-%i,g
/^Description=/s,$, (%i),
/^Environment=FOCUST_CONFIG=/a Environment=FOCUST_INSTANCE=%i
/^ReadWritePaths=/a TemporaryFileSystem=/var/lib:ro\
BindPaths=-/var/lib/focust-video-%i\
InaccessiblePaths=-/etc/focust-video/secrets -/run/focust-video -/run/focust-video-secrets
