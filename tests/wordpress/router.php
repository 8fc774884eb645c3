<?php
/** For php -S: existing files as they are, everything else to WordPress, as a web server's rewrite rules do. */
$root = $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
$file = realpath($root . $path);
if ($path !== '/' && $file !== false && strpos($file, "$root/") === 0) {
    if (is_file($file)) {
        return false;
    }
    if (is_file("$file/index.php")) {
        if (substr($path, -1) === '/') {
            return false;
        }
        header("Location: $path/", true, 301);
        return true;
    }
}
$script = '/index.php';
// A blog in a sub-directory of a network has WordPress's files under its own address too.
if (getenv('CLEANSYNC_TEST_NETWORK') === 'true'
    && preg_match('#^/[_0-9a-zA-Z-]+(/wp-(?:content|admin|includes)(?:/.*)?|/[^/]+\.php)$#', $path, $found)) {
    $file = realpath($root . $found[1]);
    if ($file !== false && strpos($file, "$root/") === 0) {
        if (is_dir($file)) {
            if (substr($path, -1) !== '/') {
                header("Location: $path/", true, 301);
                return true;
            }
            $file .= '/index.php';
        }
        if (substr($file, -4) === '.php' && is_file($file)) {
            $script = substr($file, strlen($root));
        } elseif (is_file($file)) {
            $types = ['css' => 'text/css', 'js' => 'text/javascript', 'svg' => 'image/svg+xml'];
            $type = $types[pathinfo($file, PATHINFO_EXTENSION)] ?? mime_content_type($file);
            header("Content-Type: $type");
            readfile($file);
            return true;
        }
    }
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $script;
$_SERVER['SCRIPT_FILENAME'] = $root . $script;
unset($_SERVER['PATH_INFO']);
chdir(dirname($root . $script));
require $root . $script;
