<?php
/**
 * Plugin Name:       CleanSync Connector
 * Description:       Lets CleanSync look up and update users in batches, create them without twins, and tell other plugins about changed tags.
 * Version:           1.0.0
 * Requires at least: 5.6
 * Requires PHP:      7.4
 * Author:            CleanSync
 * License:           MIT
 * License URI:       https://opensource.org/licenses/MIT
 * Text Domain:       cleansync
 * Domain Path:       /languages
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const VERSION  = '1.0.0';
const PROTOCOL = 1;

require_once __DIR__ . '/includes/class-texts.php';
require_once __DIR__ . '/includes/class-meta-keys.php';
require_once __DIR__ . '/includes/class-privileges.php';
require_once __DIR__ . '/includes/class-locks.php';
require_once __DIR__ . '/includes/class-transaction.php';
require_once __DIR__ . '/includes/class-people.php';
require_once __DIR__ . '/includes/class-outcome.php';
require_once __DIR__ . '/includes/class-user-view.php';
require_once __DIR__ . '/includes/class-core-fields.php';
require_once __DIR__ . '/includes/class-meta-writer.php';
require_once __DIR__ . '/includes/class-roles.php';
require_once __DIR__ . '/includes/class-creation.php';
require_once __DIR__ . '/includes/class-tag-events.php';
require_once __DIR__ . '/includes/class-update.php';
require_once __DIR__ . '/includes/class-password.php';
require_once __DIR__ . '/includes/class-welcome.php';
require_once __DIR__ . '/includes/class-change.php';
require_once __DIR__ . '/includes/class-batch.php';
require_once __DIR__ . '/includes/class-site.php';
require_once __DIR__ . '/includes/class-rest-controller.php';
require_once __DIR__ . '/includes/class-first-login.php';
require_once __DIR__ . '/includes/class-registration-guard.php';
require_once __DIR__ . '/includes/class-status-screen.php';

add_action(
	'rest_api_init',
	static function () {
		( new REST_Controller() )->register_routes();
	}
);

// After everybody has registered meta, so that the last word on the tags and the link is the plugin's.
add_action( 'init', array( Meta_Keys::class, 'protect' ), PHP_INT_MAX );
add_action( 'wp_login', array( First_Login::class, 'note' ), 10, 2 );
add_filter( 'wp_pre_insert_user_data', array( Registration_Guard::class, 'check' ), PHP_INT_MAX, 2 );
add_action( 'admin_menu', array( Status_Screen::class, 'add' ) );
