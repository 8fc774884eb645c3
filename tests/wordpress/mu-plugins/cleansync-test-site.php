<?php
/* Plugin Name: CleanSync test site. Keeps mail in DIR/mail.jsonl, lets nothing out to the network, looks for no updates. */
add_filter('pre_wp_mail', function ($sent, $mail) {
    $row = ['to' => $mail['to'], 'subject' => $mail['subject'], 'message' => $mail['message']];
    $line = json_encode($row, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE) . "\n";
    return file_put_contents(CLEANSYNC_TEST_DIR . '/mail.jsonl', $line, FILE_APPEND | LOCK_EX) !== false;
}, 1, 2);

add_filter('pre_http_request', function ($answer, $arguments, $url) {
    $host = parse_url($url, PHP_URL_HOST);
    return in_array($host, ['127.0.0.1', 'localhost'], true) ? $answer : new WP_Error('closed', 'The network is closed.');
}, 1, 3);
// wp_safe_remote_*() refuses loopback addresses and unusual ports; test doubles listen there.
add_filter('http_request_host_is_external', fn($is, $host) => $is || $host === '127.0.0.1', 10, 2);
add_filter('http_allowed_safe_ports', fn($ports, $host, $url) => $host === '127.0.0.1'
    ? [parse_url($url, PHP_URL_PORT) ?: 80] : $ports, 10, 3);

add_filter('automatic_updater_disabled', '__return_true');
add_filter('admin_email_check_interval', '__return_zero');
foreach (['core', 'plugins', 'themes'] as $what) {
    add_filter("pre_site_transient_update_$what", fn() => (object) [
        'last_checked' => time(), 'version_checked' => $GLOBALS['wp_version'],
        'updates' => [], 'response' => [], 'no_update' => [], 'translations' => [], 'checked' => [],
    ]);
}
