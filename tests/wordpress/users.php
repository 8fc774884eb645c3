<?php
/**
 * php users.php WWW: what WordPress knows of its users, as JSON. Standard input is JSON too: {"above": ID, "passwords": {"ID": "..."}}.
 * Told are the users whose id is greater, and of those with a password whether it lets them in.
 */
[, $www] = $argv;
$_SERVER['HTTP_HOST'] = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
ob_start(); // plugins may print; standard output is for the JSON
require "$www/wp-load.php";
$asked = json_decode(file_get_contents('php://stdin'), true);
$users = [];
foreach (get_users(['orderby' => 'ID']) as $user) {
    if ($user->ID <= $asked['above']) {
        continue;
    }
    $password = $asked['passwords'][$user->ID] ?? null;
    $users[] = [
        'id' => $user->ID,
        'login' => $user->user_login,
        'email' => $user->user_email,
        'roles' => array_values($user->roles),
        'first_name' => $user->first_name,
        'last_name' => $user->last_name,
        'membership_level' => (string) get_user_meta($user->ID, 'membership_level', true),
        'billing_phone' => (string) get_user_meta($user->ID, 'billing_phone', true),
        'interests' => array_values((array) (get_user_meta($user->ID, 'interests', true) ?: [])),
        'tags' => array_values((array) (get_user_meta($user->ID, 'activecampaign_tags', true) ?: [])),
        'links' => array_map('strval', get_user_meta($user->ID, 'activecampaign_contact_id')),
        'lets_in' => $password === null ? null : wp_check_password($password, $user->user_pass, $user->ID),
    ];
}
fwrite(STDERR, ob_get_clean());
echo json_encode($users);
