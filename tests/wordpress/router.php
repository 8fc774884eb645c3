<?php
/** For php -S: existing files as they are, everything else to WordPress, as a web server's rewrite rules do. */
$root = $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
$file = realpath($root . $path);
if ($path !== '/' && $file !== false && str_starts_with($file, "$root/")) {
    if (is_file($file)) {
        return false;
    }
    if (is_file("$file/index.php")) {
        if (str_ends_with($path, '/')) {
            return false;
        }
        header("Location: $path/", true, 301);
        return true;
    }
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = "$root/index.php";
unset($_SERVER['PATH_INFO']);
chdir($root);
require "$root/index.php";
