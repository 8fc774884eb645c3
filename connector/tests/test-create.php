<?php
/**
 * Creating users.
 *
 * @package CleanSync
 */

require_once __DIR__ . '/class-connector-test-case.php';

class Test_Create extends Connector_Test_Case {

	public function test_a_user_is_created_with_token_and_link_and_no_mail() {
		$change = $this->creation( array( 'core' => array( 'first_name' => 'Zoë', 'last_name' => "O'Hara & Söhne", 'locale' => 'xx' ) ) );
		$result = $this->apply( $change )[0];
		$user   = $result['user'];
		$this->assertSame( 'created', $result['status'] );
		$this->assertSame( array( 'value_refused locale' ), self::warnings( $result ) );
		$this->assertSame( array( $change['login'], $change['email'], array( 'subscriber' ), $change['token'], '7', true, null ), array( $user['login'], $user['email'], $user['roles'], $user['creation'], $user['link'], $user['our_password'], $user['first_login'] ) );
		$this->assertSame( "O'Hara &amp; Söhne", $user['core']['last_name'] );
		$this->assertSame( "Zoë O'Hara &amp; Söhne", $user['core']['display_name'] );
		$this->assertSame( '1', get_user_meta( $user['id'], 'default_password_nag', true ) );
		$this->assertTrue( wp_check_password( $change['password'], get_userdata( $user['id'] )->user_pass ) );
		$this->assertSame( array(), $this->mails );
		$this->assertStringNotContainsString( $change['password'], wp_json_encode( $result ) );
	}

	public function test_a_second_creation_finds_the_first_by_its_token() {
		$change = $this->creation();
		$first  = $this->apply( $change )[0];
		$change['email'] = strtoupper( $change['email'] );
		$second = $this->apply( $change )[0];
		$this->assertSame( array( 'exists', 'email', $first['user']['id'], $change['token'] ), array( $second['status'], $second['by'], $second['user']['id'], $second['user']['creation'] ) );
	}

	public function test_a_taken_login_is_told_without_its_owner() {
		$result = $this->apply( $this->creation( array( 'login' => get_userdata( self::someone() )->user_login ) ) )[0];
		$this->assertSame( array( 'exists', 'login' ), array( $result['status'], $result['by'] ) );
		$this->assertArrayNotHasKey( 'user', $result );
	}

	public function refused() {
		$long = str_repeat( 'x', 101 );
		return array(
			array( 'login_refused', array( 'login' => '' ) ),
			array( 'login_refused', array( 'login' => 'jürgen' . uniqid() ) ),
			array( 'login_refused', array( 'login' => str_repeat( 'a', 61 ) ) ),
			array( 'login_refused', array( 'login' => "a\0b" . uniqid() ) ),
			array( 'login_refused', array( 'login' => 'a+b' . uniqid() ) ),
			array( 'login_refused', array( 'login' => ' a ' . uniqid() . ' ' ) ),
			array( 'login_refused', array( 'login' => '<b>' . uniqid() ) ),
			array( 'email_refused', array( 'email' => '' ) ),
			array( 'email_refused', array( 'email' => 'nobody' ) ),
			array( 'email_refused', array( 'email' => "{$long}@example.com" ) ),
			array( 'email_refused', array( 'email' => "a\0" . uniqid() . '@example.com' ) ),
			array( 'email_refused', array( 'email' => uniqid() . '@example.com, b@example.com' ) ),
			array( 'password_refused', array( 'password' => '' ) ),
			array( 'password_refused', array( 'password' => 'back\\slash' ) ),
			array( 'password_refused', array( 'password' => ' blank' ) ),
			array( 'password_refused', array( 'password' => str_repeat( 'x', 5000 ) ) ),
		);
	}

	/**
	 * @dataProvider refused
	 */
	public function test_values_that_wordpress_refuses_create_nobody( $status, $more ) {
		global $wpdb;
		$before = $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->users}" );
		$this->assertSame( $status, $this->apply( $this->creation( $more ) )[0]['status'] );
		$this->assertSame( $before, $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->users}" ) );
	}

	public function test_a_login_that_is_the_email_of_another_is_refused() {
		if ( is_multisite() ) {
			$this->markTestSkipped( 'On a network a login is no email.' );
		}
		$email = get_userdata( self::someone() )->user_email;
		$this->assertSame( 'login_refused', $this->apply( $this->creation( array( 'login' => $email ) ) )[0]['status'] );
	}

	public function test_illegal_logins_are_refused() {
		$this->hook( 'illegal_user_logins', static function () {
			return array( 'Forbidden' );
		} );
		$this->assertSame( 'login_refused', $this->apply( $this->creation( array( 'login' => 'forbidden' ) ) )[0]['status'] );
	}

	public function test_roles_of_power_and_unknown_roles_fall_back() {
		add_role( 'test_power', 'Power', array( 'read' => true, 'install_plugins' => true ) );
		$results = $this->apply( $this->creation( array( 'role' => 'administrator' ) ), $this->creation( array( 'role' => 'test_power' ) ), $this->creation( array( 'role' => 'no_such' ) ), $this->creation( array( 'role' => null ) ) );
		$this->assertSame( array( array( 'role_privileged administrator' ), array( 'role_privileged test_power' ), array( 'role_refused no_such' ), array() ), array_map( array( self::class, 'warnings' ), $results ) );
		$this->assertSame( array( array( 'subscriber' ), array( 'subscriber' ), array( 'subscriber' ), array() ), array_map( static function ( $result ) {
			return $result['user']['roles'];
		}, $results ) );
		remove_role( 'test_power' );
	}

	public function test_overlong_names_do_not_prevent_the_creation() {
		$result = $this->apply( $this->creation( array( 'core' => array( 'first_name' => str_repeat( 'ä', 200 ), 'last_name' => str_repeat( '&', 60 ), 'user_url' => 'https://example.com/' . str_repeat( 'x', 100 ) ) ) ) )[0];
		$this->assertSame( 'created', $result['status'] );
		$this->assertSame( array( 'too_long user_url', 'too_long display_name' ), self::warnings( $result ) );
		$this->assertSame( $result['user']['login'], $result['user']['core']['display_name'] );
		$this->assertSame( 200, mb_strlen( $result['user']['core']['first_name'] ) );
	}

	public function test_a_breakdown_before_the_end_leaves_nobody_behind() {
		if ( ! CleanSync\Transaction::usable() ) {
			$this->markTestSkipped( 'This database has no transactions that are used.' );
		}
		$change = $this->creation();
		$this->hook( 'added_user_meta', static function ( $id, $user, $key ) {
			if ( 'nickname' === $key ) {
				throw new Error( 'broken' );
			}
		}, 10, 3 );
		$result = $this->apply( $change )[0];
		$this->assertSame( array( 'failed', 'Error' ), array( $result['status'], $result['code'] ) );
		$this->assertFalse( email_exists( $change['email'] ) );
		$this->assertSame( array( array() ), $this->find( array( array( 'email' => $change['email'] ) ) ) );
	}

	public function test_a_breakdown_in_somebody_elses_hook_leaves_a_user_with_token() {
		$change = $this->creation();
		$this->hook( 'user_register', static function () {
			throw new Error( 'broken ' . 'person@example.com' );
		} );
		$result = $this->apply( $change )[0];
		$this->assertSame( 'failed', $result['status'] );
		$this->assertStringNotContainsString( 'person', wp_json_encode( $result ) );
		$again = $this->apply( $change )[0];
		$this->assertSame( array( 'exists', $change['token'], '7' ), array( $again['status'], $again['user']['creation'], $again['user']['link'] ) );
	}

	public function test_a_plugin_that_replaces_the_meta_does_not_lose_the_token() {
		$this->hook( 'insert_user_meta', static function ( $meta ) {
			return array( 'nickname' => 'x' );
		}, 99 );
		$this->assertSame( 'created', $this->apply( $this->creation() )[0]['status'] );
	}

	public function test_a_locked_email_is_busy_and_the_lock_is_let_go() {
		if ( ! CleanSync\Locks::available() ) {
			$this->markTestSkipped( 'This database has no named locks.' );
		}
		global $wpdb;
		$change = $this->creation();
		$names  = CleanSync\Creation::locks( $change['login'], $change['email'] );
		$other  = new wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
		$this->assertSame( '1', $other->get_var( $other->prepare( 'SELECT GET_LOCK(%s, 0)', $names[0] ) ) );
		$this->assertSame( 'busy', $this->apply( $change )[0]['status'] );
		$other->get_var( $other->prepare( 'SELECT RELEASE_LOCK(%s)', $names[0] ) );
		$this->assertSame( 'created', $this->apply( $change )[0]['status'] );
		foreach ( $names as $name ) {
			$this->assertLessThanOrEqual( 64, strlen( $name ) );
			$this->assertNull( $wpdb->get_var( $wpdb->prepare( 'SELECT IS_USED_LOCK(%s)', $name ) ) );
		}
	}

	public function test_many_at_once_create_one() {
		if ( ! CleanSync\Locks::available() ) {
			$this->markTestSkipped( 'This database has no named locks.' );
		}
		$login = self::credentials( self::admin() );
		for ( $round = 0; $round < 3; $round++ ) {
			$change = $this->creation();
			$multi  = curl_multi_init();
			$curls  = array();
			for ( $i = 0; $i < 6; $i++ ) {
				$body    = array( 'changes' => array( array( 'token' => "t$i", 'login' => $i % 2 ? $change['login'] : self::name() ) + $change ) );
				$curls[] = self::curl( 'users/apply', $body, $login );
				curl_multi_add_handle( $multi, end( $curls ) );
			}
			do {
				curl_multi_exec( $multi, $running );
				curl_multi_select( $multi, 0.1 );
			} while ( $running );
			$this->assertSame( 1, array_sum( array_map( static function ( $curl ) {
				return substr_count( curl_multi_getcontent( $curl ), '"status":"created"' );
			}, $curls ) ) );
			$this->assertCount( 1, CleanSync\People::by_email( $change['email'] ) );
		}
	}

	public function test_a_twin_made_past_the_lock_is_reported() {
		$change = $this->creation();
		$this->hook( 'user_register', static function ( $id ) use ( $change ) {
			global $wpdb;
			$wpdb->insert( $wpdb->users, array( 'user_login' => 'twin' . $id, 'user_email' => $change['email'] ) );
		} );
		$this->assertSame( array( 'twin_found user_email' ), self::warnings( $this->apply( $change )[0] ) );
	}

	public function test_other_registrations_can_take_the_same_lock() {
		$this->hook( 'cleansync_lock_registrations', '__return_true' );
		$id = self::someone();
		$this->assertGreaterThan( 0, $id );
		$this->assertSame( 'created', $this->apply( $this->creation() )[0]['status'] );
		// Somebody inserts the same person between core's own look and the row.
		$email = self::name() . '@example.com';
		$this->hook( 'wp_pre_insert_user_data', static function ( $data ) use ( $email ) {
			global $wpdb;
			if ( $data['user_email'] === $email ) {
				$wpdb->insert( $wpdb->users, array( 'user_login' => 'early' . $email, 'user_email' => $email ) );
			}
			return $data;
		} );
		$this->assertInstanceOf( WP_Error::class, wp_insert_user( array( 'user_login' => self::name(), 'user_email' => $email, 'user_pass' => 'x' ) ) );
		$this->assertCount( 1, CleanSync\People::by_email( $email ) );
	}

	public function test_other_plugins_are_told_without_the_password() {
		$calls  = $this->record( 'cleansync_user_created', 'cleansync_change' );
		$change = $this->creation();
		$result = $this->apply( $change )[0];
		$this->assertSame( $result['user']['id'], $calls['cleansync_user_created'][0][0] );
		$this->assertSame( 0, $calls['cleansync_change'][0][1] );
		$this->assertStringNotContainsString( $change['password'], serialize( $calls->getArrayCopy() ) );
	}

	public function test_the_site_can_refuse() {
		$this->hook( 'cleansync_change', static function () {
			return new WP_Error( 'not <here>', 'Ann may not come.' );
		} );
		$result = $this->apply( $this->creation() )[0];
		$this->assertSame( array( 'refused', 'nothere' ), array( $result['status'], $result['code'] ) );
		$this->assertStringNotContainsString( 'Ann', wp_json_encode( $result ) );
	}
}
