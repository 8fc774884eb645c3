<?php
/**
 * Other plugins that behave badly in the middle of a change, and a database that fails.
 *
 * @package CleanSync
 */

require_once __DIR__ . '/class-connector-test-case.php';

class Test_Isolation extends Connector_Test_Case {

	/**
	 * Does something when a user's profile was updated.
	 *
	 * @param int      $id   The user.
	 * @param callable $work What to do.
	 */
	private function after_update_of( $id, $work ) {
		$this->hook( 'profile_update', static function ( $updated ) use ( $id, $work ) {
			if ( $updated === $id ) {
				$work();
			}
		} );
	}

	/**
	 * Lets the statements fail that fit a pattern.
	 *
	 * @param string $pattern A regular expression.
	 */
	private function break_statements( $pattern ) {
		$GLOBALS['wpdb']->suppress_errors( true );
		$this->hook( 'query', static function ( $query ) use ( $pattern ) {
			return preg_match( $pattern, $query ) ? 'SELECT broken FROM nowhere_at_all' : $query;
		} );
	}

	protected function tearDown(): void {
		parent::tearDown();
		$GLOBALS['wpdb']->suppress_errors( false );
	}

	public function test_a_plugin_that_signs_somebody_in_does_not_take_over_the_rest() {
		$ids = array( self::someone(), self::someone() );
		$this->after_update_of( $ids[0], static function () use ( $ids ) {
			wp_set_current_user( $ids[0] );
		} );
		$results = $this->apply(
			array( 'do' => 'update', 'id' => $ids[0], 'core' => array( 'first_name' => 'Ann' ) ),
			array( 'do' => 'update', 'id' => $ids[1], 'core' => array( 'first_name' => 'Ann' ) )
		);
		$this->assertSame( array( 'updated', 'updated' ), array_column( $results, 'status' ) );
		$this->assertSame( self::admin(), get_current_user_id() );
	}

	public function test_a_plugin_that_ends_the_request_the_wordpress_way_fails_its_own_change_only() {
		$ids = array( self::someone(), self::someone() );
		$this->after_update_of( $ids[0], static function () {
			wp_die( 'person@example.com' );
		} );
		$fatal = static function () {
			return static function () {
				throw new LogicException( 'not caught' );
			};
		};
		$this->hook( 'wp_die_handler', $fatal );
		$this->hook( 'wp_die_json_handler', $fatal );
		$results = $this->apply(
			array( 'do' => 'update', 'id' => $ids[0], 'core' => array( 'first_name' => 'Ann' ) ),
			array( 'do' => 'update', 'id' => $ids[1], 'core' => array( 'first_name' => 'Ann' ) )
		);
		$this->assertSame( array( 'failed', 'updated' ), array_column( $results, 'status' ) );
		$this->assertSame( 'wp_die', $results[0]['code'] );
		$this->assertStringNotContainsString( 'person', wp_json_encode( $results ) );
	}

	public function test_a_transaction_that_a_plugin_leaves_open_loses_nothing() {
		global $wpdb;
		if ( ! CleanSync\Locks::is_plain_database() ) {
			$this->markTestSkipped( 'This database has no transactions that are used.' );
		}
		$ids = array( self::someone(), self::someone() );
		$this->after_update_of( $ids[0], static function () use ( $wpdb ) {
			$wpdb->query( 'START TRANSACTION' );
			throw new DomainException( 'in the middle' );
		} );
		$new     = self::name() . '@example.com';
		$results = $this->apply(
			array( 'do' => 'update', 'id' => $ids[0], 'email' => self::name() . '@example.com' ),
			array( 'do' => 'update', 'id' => $ids[1], 'email' => $new )
		);
		$this->assertSame( array( 'failed', 'updated' ), array_column( $results, 'status' ) );
		// As the end of the connection does.
		$wpdb->query( 'ROLLBACK' );
		$this->assertSame( $new, $wpdb->get_var( $wpdb->prepare( "SELECT user_email FROM {$wpdb->users} WHERE ID = %d", $ids[1] ) ) );
	}

	public function test_what_changed_meanwhile_in_the_row_is_not_put_back() {
		global $wpdb;
		$ids = array( self::someone(), self::someone() );
		$this->after_update_of( $ids[0], static function () use ( $wpdb, $ids ) {
			// As another request does it, past this one's cache.
			$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->users} SET user_pass = 'new hash' WHERE ID = %d", $ids[1] ) );
		} );
		$results = $this->apply(
			array( 'do' => 'update', 'id' => $ids[0], 'core' => array( 'first_name' => 'Ann' ) ),
			array( 'do' => 'update', 'id' => $ids[1], 'core' => array( 'display_name' => 'Ann' ) )
		);
		$this->assertSame( array( 'updated', 'updated' ), array_column( $results, 'status' ) );
		$this->assertSame( 'new hash', $wpdb->get_var( $wpdb->prepare( "SELECT user_pass FROM {$wpdb->users} WHERE ID = %d", $ids[1] ) ) );
	}

	public function test_a_user_who_is_deleted_in_the_middle_is_gone() {
		$this->hook( 'send_email_change_email', '__return_false' );
		$id = self::someone();
		$this->after_update_of( $id, static function () use ( $id ) {
			require_once ABSPATH . 'wp-admin/includes/ms.php';
			is_multisite() ? wpmu_delete_user( $id ) : wp_delete_user( $id );
		} );
		$result = $this->update( $id, array( 'core' => array( 'display_name' => 'Ann' ), 'meta' => array( 'billing_phone' => '1' ), 'roles' => array( 'author' ) ) );
		$this->assertSame( 'gone', $result['status'] );
		$this->assertSame( '', get_user_meta( $id, 'billing_phone', true ) );
	}

	public function test_a_database_that_fails_is_not_taken_for_nobody() {
		$id = self::someone();
		update_user_meta( $id, 'activecampaign_contact_id', '4711' );
		foreach ( array( '/WHERE user_email IN/', '/WHERE meta_key = .* AND meta_value IN/', '/SELECT user_id, meta_key, meta_value FROM \S+ WHERE user_id IN/' ) as $pattern ) {
			$this->break_statements( $pattern );
			$response = $this->request( 'users/find', array( 'people' => array( array( 'email' => get_userdata( $id )->user_email ), array( 'link' => 4711 ) ) ) );
			$this->assertSame( array( 500, 'cleansync_failed' ), array( $response->get_status(), $response->get_data()['code'] ?? 'none' ), $pattern );
			$this->tearDown();
		}
	}

	public function test_nobody_is_created_when_it_is_not_known_who_exists() {
		$calls = $this->record( 'user_register' );
		$this->break_statements( '/WHERE user_email IN/' );
		$result = $this->apply( $this->creation() )[0];
		$this->assertSame( array( 'failed', 'database' ), array( $result['status'], $result['code'] ) );
		$this->assertSame( array(), $calls['user_register'] );
	}

	public function test_others_do_not_hear_of_a_user_whom_the_database_lost() {
		global $wpdb;
		if ( ! CleanSync\Transaction::usable() ) {
			$this->markTestSkipped( 'This database has no transactions that are used.' );
		}
		$calls = $this->record( 'user_register' );
		$this->hook( 'set_user_role', static function () use ( $wpdb ) {
			// As the database does it after a deadlock.
			$wpdb->query( 'ROLLBACK' );
		} );
		$change = $this->creation();
		$this->assertSame( 'failed', $this->apply( $change )[0]['status'] );
		$this->assertSame( array(), $calls['user_register'] );
	}

	public function test_roles_that_the_database_lost_are_not_told_as_written() {
		$id = self::someone();
		$this->break_statements( '/^UPDATE .*capabilities/s' );
		$result = $this->update( $id, array( 'roles' => array( 'author' ) ) );
		$this->assertSame( array( 'failed', 'roles_not_written' ), array( $result['status'], isset( $result['code'] ) ? $result['code'] : '' ) );
	}

	public function test_another_mail_that_fails_does_not_send_the_welcome_mail_twice() {
		$id   = $this->apply( $this->creation() )[0]['user']['id'];
		$copy = static function ( $mail ) {
			wp_mail( 'owner@example.com', 'Somebody is new', 'Copy' );
			return $mail;
		};
		$this->hook( 'wp_new_user_notification_email', $copy );
		$this->hook( 'pre_wp_mail', static function ( $sent, $mail ) {
			return 'owner@example.com' === $mail['to'] ? false : $sent;
		}, 99, 2 );
		$this->assertSame( 'welcomed', $this->apply( array( 'do' => 'welcome', 'id' => $id ) )[0]['status'] );
		$this->assertSame( 'welcomed_before', $this->apply( array( 'do' => 'welcome', 'id' => $id ) )[0]['status'] );
	}

	public function test_a_mail_that_could_not_be_noted_is_not_told_as_sent() {
		$id = $this->apply( $this->creation() )[0]['user']['id'];
		$this->break_statements( '/^INSERT INTO .*cleansync_welcomed/s' );
		$this->assertSame( 'failed', $this->apply( array( 'do' => 'welcome', 'id' => $id ) )[0]['status'] );
	}
}
