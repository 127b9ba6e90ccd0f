<?php
// What a PHP script does for a segment: the checks of fastcgi.c's "full". Settings come as FastCGI parameters.

const HEADER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';

function refuse(int $status): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    exit('{}');
}

function decoded(string $text): string
{
    return base64_decode(strtr($text, '-_', '+/'), true) ?: '';
}

function claims(string $authorization): ?array
{
    $parts = explode('.', substr($authorization, 7));
    if (!str_starts_with($authorization, 'Bearer ') || count($parts) !== 3 || $parts[0] !== HEADER) {
        return null;
    }
    $tag = hash_hmac('sha256', "$parts[0].$parts[1]", $_SERVER['PEER_SECRET'], true);
    $claims = hash_equals($tag, decoded($parts[2])) ? json_decode(decoded($parts[1]), true) : null;
    return is_array($claims) && ($claims['exp'] ?? 0) > time() && ($claims['user_id'] ?? '') !== '' ? $claims : null;
}

$id = '[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}';
$path = strtok($_SERVER['REQUEST_URI'], '?');
if (!preg_match("~^/hls2/($id/$id/$id/$id)/($id)$~D", $path, $match)) {
    refuse(404);
}
[, $rel, $file] = $match;
$claims = claims($_SERVER['HTTP_AUTHORIZATION'] ?? '');
$page = parse_url($_SERVER['HTTP_REFERER'] ?? '');
$origin = ($page['scheme'] ?? '') . '://' . ($page['host'] ?? '');
if (!$claims || $claims['rel'] !== $rel || $claims['platform'] !== 'web' || $origin !== $_SERVER['PEER_ORIGIN']) {
    refuse(403);
}
$lesson = "{$_SERVER['PEER_DATA_DIR']}/hls/$rel";
$version = @readlink("$lesson/.version");
parse_str((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_QUERY), $query);
$asked = $query['v'] ?? '';
if (!$version || !is_file("$lesson/$file") || ($asked !== '' && ".v-$asked" !== $version)) {
    refuse(404);
}
header("X-Accel-Redirect: /_focust/hls/$rel/$version/$file");
header('Content-Type: video/mp2t');
header('Cache-Control: private, max-age=3600, immutable');
