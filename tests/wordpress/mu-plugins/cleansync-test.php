<?php
/* Plugin Name: CleanSync test data. Registers the meta keys and roles that the tests write. */
function cleansync_test_without(string $what): bool
{
    return file_exists(CLEANSYNC_TEST_DIR . "/without-$what");
}

foreach (['permalink_structure', 'rewrite_rules'] as $option) {
    add_filter("pre_option_$option", fn($value) => cleansync_test_without('permalinks') ? '' : $value);
}

// Hashing passwords on purpose takes long. Tests that make many users and do not measure can do without.
add_filter('wp_hash_password_options', fn($options) => cleansync_test_without('cost') ? ['cost' => 4] : $options);

// The connector comes and goes: switched off, it is not even loaded.
$without = fn(string $plugin) => fn($active) => is_array($active) && cleansync_test_without('connector')
    ? array_filter($active, fn($value, $key) => $value !== $plugin && $key !== $plugin, ARRAY_FILTER_USE_BOTH) : $active;
add_filter('option_active_plugins', $without('cleansync/cleansync.php'));
add_filter('site_option_active_sitewide_plugins', $without('cleansync/cleansync.php'));

function cleansync_test_roles(): void
{
    $roles = ['customer' => ['read'], 'shop_lead' => ['read'], 'danger' => ['read', 'manage_options']];
    foreach ($roles as $slug => $capabilities) {
        $wanted = !($slug === 'customer' && cleansync_test_without('customer'));
        if ($wanted && !get_role($slug)) {
            add_role($slug, ucfirst(str_replace('_', ' ', $slug)), array_fill_keys($capabilities, true));
        } elseif (!$wanted && get_role($slug)) {
            remove_role($slug);
        }
    }
}

add_action('init', function () {
    if (wp_installing()) {
        return;
    }
    cleansync_test_roles();
    foreach (is_multisite() ? get_sites(['fields' => 'ids', 'site__not_in' => [get_current_blog_id()]]) : [] as $blog) {
        switch_to_blog($blog);
        cleansync_test_roles();
        restore_current_blog();
    }
    if (cleansync_test_without('meta')) {
        return;
    }
    // Registered meta is writable by the user himself over /users/me unless auth_callback forbids it.
    $guarded = fn() => current_user_can('edit_users');
    $texts = ['type' => 'array', 'single' => true, 'show_in_rest' => ['schema' => ['items' => ['type' => 'string']]]];
    register_meta('user', 'activecampaign_tags', $texts + ['auth_callback' => $guarded]);
    register_meta('user', 'interests', $texts);
    $text = ['type' => 'string', 'single' => true, 'show_in_rest' => true];
    register_meta('user', 'cleansync_creation', $text + ['auth_callback' => $guarded]);
    register_meta('user', 'membership_level', $text);
    register_meta('user', 'billing_phone', $text);
    // Protected by its name, and nobody says who may write it: core refuses it to everybody.
    register_meta('user', '_hidden', $text);
    register_meta('user', 'points', ['type' => 'integer', 'single' => true, 'show_in_rest' => true]);
});

// A plugin that breaks down over one user's value.
add_filter('pre_user_last_name', function ($name) {
    if ($name === 'cleansync-fatal') {
        throw new Error('Broken down as asked for.');
    }
    return $name;
});
