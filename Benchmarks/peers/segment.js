// What njs does for a segment inside nginx: signature, end, user, platform, lesson and page. It looks at no file.
import crypto from 'crypto';

const HEADER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';
const ID = '[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}';
const PATH = new RegExp(`^/hls2/(${ID}/${ID}/${ID}/${ID})/${ID}$`);

function claims(authorization, secret) {
    if (!authorization || !authorization.startsWith('Bearer ')) return null;
    const parts = authorization.slice(7).split('.');
    if (parts.length !== 3 || parts[0] !== HEADER) return null;
    const tag = crypto.createHmac('sha256', secret).update(parts[0] + '.' + parts[1]).digest('base64url');
    if (tag !== parts[2]) return null;
    return JSON.parse(Buffer.from(parts[1], 'base64url').toString());
}

function segment(r) {
    const match = PATH.exec(r.uri);
    let found = null;
    try {
        found = claims(r.headersIn.Authorization, r.variables.peer_secret);
    } catch (error) {
        found = null;
    }
    const page = /^(https?:\/\/[^/?#]+)/.exec(r.headersIn.Referer || '');
    if (!match || !found || found.exp <= Date.now() / 1000 || !found.user_id || found.platform !== 'web' ||
        found.rel !== match[1] || !page || page[1] !== r.variables.peer_origin) {
        r.return(403, '{}');
        return;
    }
    r.internalRedirect('/_accel' + r.uri.slice(5));
}

export default { segment };
