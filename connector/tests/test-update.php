<?php
/**
 * Updating users.
 *
 * @package CleanSync
 */

require_once __DIR__ . '/class-connector-test-case.php';

class Test_Update extends Connector_Test_Case {

	public function texts() {
		return array(
			array( 'back\\slash \\\\ and \\n' ),
			array( "quotes ' \" ` and ; --" ),
			array( '100 % + %s %20 %d' ),
			array( "two\nlines\tand tab" ),
			array( 'emoji 😀 日本語 ünï' ),
			array( 'O:8:"stdClass":0:{}' ),
			array( 'a:1:{i:0;s:1:"x";}' ),
			array( 's:3:"abc";' ),
			array( 'b:0;' ),
			array( '<script>alert(1)</script>' ),
			array( '0' ),
			array( '' ),
			array( "'; DROP TABLE wp_users; --" ),
		);
	}

	/**
	 * @dataProvider texts
	 */
	public function test_texts_are_stored_as_they_are_and_only_once( $text ) {
		$id     = self::someone();
		$change = array( 'meta' => array( 'note' => $text, 'list' => array( $text, 'b' ) ), 'tags' => array( $text, 'T' ) );
		$this->assertSame( array( 'note', 'list', 'tags' ), $this->update( $id, $change )['changed'] );
		$this->assertSame( 'unchanged', $this->update( $id, $change )['status'] );
		wp_cache_flush();
		$this->assertSame( $text, get_user_meta( $id, 'note', true ) );
		$this->assertSame( array( $text, 'b' ), get_user_meta( $id, 'list', true ) );
		$user = $this->find( array( array( 'id' => $id ) ), array( 'meta' => array( 'note', 'list' ) ) )[0][0];
		$this->assertSame( array( $text, array( $text, 'b' ) ), array( $user['meta']['note'], $user['meta']['list'] ) );
		$this->update( $id, array( 'meta' => array( 'note' => 'other', 'list' => array() ) ) );
		$this->assertSame( array( 'note', 'list', 'tags' ), $this->update( $id, array( 'tags' => array() ) + $change )['changed'] );
		$this->assertSame( $text, get_user_meta( $id, 'note', true ) );
	}

	/**
	 * @dataProvider texts
	 */
	public function test_core_fields_are_stored_as_core_would( $text ) {
		$fields = array( 'first_name' => $text, 'last_name' => $text, 'nickname' => $text, 'description' => $text );
		foreach ( array( array(), array( 'display_name' => $text, 'user_url' => 'http://example.com/?a=1&b=' . rawurlencode( $text ) ) ) as $columns ) {
			$change = $fields + $columns;
			$ours   = self::someone();
			$cores  = self::someone();
			wp_update_user( wp_slash( $change + array( 'ID' => $cores ) ) );
			$this->update( $ours, array( 'core' => $change ) );
			$this->assertSame( 'unchanged', $this->update( $ours, array( 'core' => $change ) )['status'] );
			wp_cache_flush();
			foreach ( array_keys( $change ) as $field ) {
				$login = get_userdata( $cores )->user_login;
				$this->assertSame( str_replace( $login, '*', get_userdata( $cores )->$field ), str_replace( get_userdata( $ours )->user_login, '*', get_userdata( $ours )->$field ), $field );
			}
		}
	}

	public function test_nothing_is_done_without_a_difference() {
		$id     = self::someone();
		$user   = get_userdata( $id );
		$change = array( 'email' => strtoupper( $user->user_email ), 'roles' => array( 'subscriber' ), 'core' => array( 'first_name' => 'Ann', 'display_name' => 'Ann B', 'locale' => '' ), 'meta' => array( 'a' => 'x', 'b' => array( 'y' ), 'none' => null ), 'tags' => array( 'B', 'A' ), 'link' => 5 );
		$this->assertSame( array( 'first_name', 'display_name', 'a', 'b', 'tags', 'link' ), $this->update( $id, $change )['changed'] );
		$manager = WP_Session_Tokens::get_instance( $id );
		$token   = $manager->create( time() + 3600 );
		$calls   = $this->record( 'profile_update', 'wp_update_user', 'update_user_meta', 'add_user_meta', 'delete_user_meta', 'set_user_role', 'cleansync_user_updated', 'cleansync_tags_changed' );
		$change['tags'] = array( 'A', 'B', 'A' );
		$this->assertSame( array( 'status' => 'unchanged', 'changed' => array(), 'warnings' => array() ), $this->update( $id, $change ) );
		$this->assertSame( array(), array_merge( ...array_values( $calls->getArrayCopy() ) ) );
		$this->assertTrue( WP_Session_Tokens::get_instance( $id )->verify( $token ) );
		$this->assertSame( array(), $this->mails );
	}

	public function test_changed_core_fields_are_told_once_as_core_does() {
		$id    = self::someone();
		$calls = $this->record( 'profile_update', 'cleansync_user_updated' );
		$this->update( $id, array( 'core' => array( 'first_name' => 'Ann', 'last_name' => 'B' ) ) );
		$this->update( $id, array( 'core' => array( 'first_name' => 'Anna', 'display_name' => 'Anna' ) ) );
		$this->update( $id, array( 'meta' => array( 'only' => 'meta' ) ) );
		$this->assertCount( 2, $calls['profile_update'] );
		$this->assertSame( $id, $calls['profile_update'][0][0] );
		$this->assertInstanceOf( WP_User::class, $calls['profile_update'][0][1] );
		$this->assertSame( 'Ann', $calls['profile_update'][0][2]['first_name'] );
		$this->assertSame( array( array( 'first_name', 'last_name' ), array( 'first_name', 'display_name' ), array( 'only' ) ), array_column( $calls['cleansync_user_updated'], 1 ) );
	}

	public function test_the_email_changes_and_core_tells_the_user() {
		$id    = self::someone();
		$email = self::name() . '@example.com';
		$this->assertSame( array( 'user_email' ), $this->update( $id, array( 'email' => $email ) )['changed'] );
		$this->assertSame( $email, get_userdata( $id )->user_email );
		$this->assertCount( 1, $this->mails );
		$amp = 'a&b' . self::name() . '@example.com';
		$this->assertSame( array( 'user_email' ), $this->update( $id, array( 'email' => $amp ) )['changed'] );
		$this->assertSame( 'unchanged', $this->update( $id, array( 'email' => $amp ) )['status'] );
	}

	public function test_a_taken_or_impossible_email_leaves_the_rest() {
		$id    = self::someone();
		$taken = strtoupper( get_userdata( self::someone() )->user_email );
		foreach ( array( $taken => 'email_taken', 'nonsense' => 'email_refused', str_repeat( 'x', 101 ) . '@example.com' => 'email_refused' ) as $email => $code ) {
			$result = $this->update( $id, array( 'email' => $email, 'core' => array( 'first_name' => $code . strlen( $email ) ) ) );
			$this->assertSame( array( array( 'first_name' ), array( "$code user_email" ) ), array( $result['changed'], self::warnings( $result ) ) );
		}
		$this->assertSame( array(), $this->mails );
	}

	public function test_privileged_users_keep_email_and_roles() {
		foreach ( array( self::someone( 'administrator' ), self::someone( 'editor' ), self::admin() ) as $id ) {
			$before = get_userdata( $id );
			$result = $this->update( $id, array( 'email' => self::name() . '@example.com', 'roles' => array( 'subscriber' ), 'meta' => array( 'fine' => uniqid() ) ) );
			$this->assertSame( array( array( 'fine' ), array( 'kept_privileged user_email', 'kept_privileged roles' ) ), array( $result['changed'], self::warnings( $result ) ) );
			wp_cache_flush();
			$this->assertSame( array( $before->user_email, $before->roles ), array( get_userdata( $id )->user_email, get_userdata( $id )->roles ) );
		}
	}

	public function test_roles_of_power_are_never_given() {
		add_role( 'test_power', 'Power', array( 'read' => true, 'edit_theme_options' => true ) );
		add_role( 'test_hidden', 'Hidden', array( 'read' => true ) );
		$this->hook( 'editable_roles', static function ( $roles ) {
			unset( $roles['test_hidden'] );
			return $roles;
		} );
		$id = self::someone();
		foreach ( array( 'administrator' => 'role_privileged', 'Administrator' => 'role_privileged', 'editor' => 'role_privileged', 'test_power' => 'role_privileged', 'test_hidden' => 'role_refused', 'no_such' => 'role_refused' ) as $role => $code ) {
			$result = $this->update( $id, array( 'roles' => array( 'author', $role ) ) );
			$this->assertSame( array( "$code $role" ), self::warnings( $result ) );
			$this->assertSame( array( 'subscriber' ), get_userdata( $id )->roles );
		}
		remove_role( 'test_power' );
		remove_role( 'test_hidden' );
	}

	public function test_roles_are_replaced_and_told_once() {
		$id    = self::someone();
		$calls = $this->record( 'set_user_role' );
		$this->assertSame( array( 'roles' ), $this->update( $id, array( 'roles' => array( 'author' ) ) )['changed'] );
		$this->assertSame( array( 'author' ), get_userdata( $id )->roles );
		$this->assertCount( 1, $calls['set_user_role'] );
		$this->update( $id, array( 'roles' => array( 'contributor', 'author' ) ) );
		$this->assertEqualsCanonicalizing( array( 'contributor', 'author' ), get_userdata( $id )->roles );
		$this->update( $id, array( 'roles' => array() ) );
		$this->assertSame( array(), get_userdata( $id )->roles );
	}

	public function test_meta_of_power_is_never_written() {
		global $wpdb;
		$id     = self::someone();
		$before = $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM {$wpdb->usermeta} WHERE user_id = %d", $id ) );
		$pre    = $wpdb->prefix;
		$keys   = array( "{$pre}capabilities", strtoupper( "{$pre}capabilities" ), "{$pre}capabilities ", " {$pre}capabilities", "{$pre}capabilitie\\s", "{$pre}\\capabilities", "{$pre}user_level", 'Session_Tokens', '_application_passwords', 'user_pass', 'USER_PASS', 'cleansync_creation', 'Cleansync_Password', 'cleansync_welcomed', '_two_factor_totp_key', 'wp_5_capabilities', "{$wpdb->base_prefix}3_thing", 'First_Name', 'activecampaign_tags', 'ActiveCampaign_Contact_ID', 'default_password_nag', 'primary_blog', '_new_email', 'wfls-x' );
		$result = $this->update( $id, array( 'meta' => array_fill_keys( $keys, array( 'administrator' ) ) ) );
		$this->assertSame( 'unchanged', $result['status'] );
		$this->assertCount( count( $keys ), $result['warnings'] );
		$this->assertEquals( $before, $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM {$wpdb->usermeta} WHERE user_id = %d", $id ) ) );
	}

	public function test_registered_types_are_kept() {
		foreach ( array( 'integer', 'number', 'boolean', 'string', 'array' ) as $type ) {
			register_meta( 'user', "test_$type", array( 'type' => $type, 'single' => true ) );
		}
		register_meta( 'user', 'test_rows', array( 'type' => 'string', 'single' => false ) );
		$id = self::someone();
		$this->assertSame( array(), $this->update( $id, array( 'meta' => array( 'test_integer' => '12', 'test_number' => '1.5', 'test_boolean' => 'true', 'test_array' => 'one', 'test_rows' => array( 'a', 'b' ) ) ) )['warnings'] );
		wp_cache_flush();
		$this->assertSame( array( '12', '1.5', '1', array( 'one' ), array( 'a', 'b' ) ), array( get_user_meta( $id, 'test_integer', true ), get_user_meta( $id, 'test_number', true ), get_user_meta( $id, 'test_boolean', true ), get_user_meta( $id, 'test_array', true ), get_user_meta( $id, 'test_rows' ) ) );
		$this->assertSame( 'unchanged', $this->update( $id, array( 'meta' => array( 'test_integer' => '12', 'test_number' => '1.5', 'test_boolean' => '1', 'test_array' => array( 'one' ), 'test_rows' => array( 'b', 'a' ) ) ) )['status'] );
		$this->assertSame( array( 'test_rows' ), $this->update( $id, array( 'meta' => array( 'test_rows' => array( 'b', 'c\\' ) ) ) )['changed'] );
		$this->assertSame( array( 'b', 'c\\' ), get_user_meta( $id, 'test_rows' ) );
		$this->assertSame( 'unchanged', $this->update( $id, array( 'meta' => array( 'test_rows' => array( 'b', 'c\\' ) ) ) )['status'] );
		$result = $this->update( $id, array( 'meta' => array( 'test_integer' => 'x', 'test_number' => 'NaN', 'test_boolean' => 'maybe', 'test_string' => array( 'a' ), 'deep' => array( array( 'a' ) ), 'object' => array( 'a' => 'b' ) ) ) );
		$this->assertSame( array( 'unchanged', 6 ), array( $result['status'], count( $result['warnings'] ) ) );
		$this->assertSame( array( 'test_rows', 'test_array' ), $this->update( $id, array( 'meta' => array( 'test_rows' => null, 'test_array' => null ) ) )['changed'] );
		$this->assertSame( array(), get_user_meta( $id, 'test_rows' ) );
	}

	public function test_a_list_replaces_a_text_and_several_rows_are_one() {
		$id = self::someone();
		update_user_meta( $id, 'interests', 'one' );
		add_user_meta( $id, 'doubled', 'x' );
		add_user_meta( $id, 'doubled', 'y' );
		$change = array( 'meta' => array( 'interests' => array( 'one' ), 'doubled' => 'x' ) );
		$this->assertSame( array( 'interests', 'doubled' ), $this->update( $id, $change )['changed'] );
		$this->assertSame( array( 'one' ), get_user_meta( $id, 'interests', true ) );
		$this->assertSame( 'unchanged', $this->update( $id, $change )['status'] );
	}

	public function test_a_value_that_changed_meanwhile_is_still_written() {
		global $wpdb;
		$id = self::someone();
		update_user_meta( $id, 'race', 'old' );
		get_user_meta( $id, 'race', true );
		$this->hook( 'query', static function ( $query ) use ( $wpdb, $id ) {
			static $done = false;
			if ( ! $done && false !== strpos( $query, 'umeta_id' ) && false !== strpos( $query, "'race'" ) ) {
				$done = true;
				mysqli_query( $wpdb->dbh, "UPDATE {$wpdb->usermeta} SET meta_value = 'theirs' WHERE user_id = $id AND meta_key = 'race'" );
			}
			return $query;
		} );
		if ( ! CleanSync\Locks::is_plain_database() ) {
			$this->markTestSkipped( 'Needs MySQL.' );
		}
		$this->assertSame( array( 'race' ), $this->update( $id, array( 'meta' => array( 'race' => 'new' ) ) )['changed'] );
		$this->assertSame( 'new', $wpdb->get_var( "SELECT meta_value FROM {$wpdb->usermeta} WHERE user_id = $id AND meta_key = 'race'" ) );
	}

	public function test_tags_are_told_to_other_plugins() {
		$id = self::someone();
		$this->update( $id, array( 'tags' => array( 'A', 'B' ) ) );
		$calls = $this->record( 'cleansync_tags_added', 'cleansync_tags_removed', 'cleansync_tags_changed', 'wpf_tags_modified', 'wpf_tags_applied', 'wpf_tags_removed' );
		$this->update( $id, array( 'tags' => array( 'B', 'C' ) ) );
		$this->assertSame( array( array( $id, array( 'C' ) ) ), $calls['cleansync_tags_added'] );
		$this->assertSame( array( array( $id, array( 'A' ) ) ), $calls['cleansync_tags_removed'] );
		$this->assertSame( array( array( $id, array( 'B', 'C' ), array( 'A', 'B' ) ) ), $calls['cleansync_tags_changed'] );
		$this->assertSame( array(), $calls['wpf_tags_modified'] );
		$this->hook( 'cleansync_fire_tag_hooks', '__return_true' );
		$this->update( $id, array( 'tags' => array() ) );
		$this->assertSame( array( array( array( $id, array() ) ), array(), array( array( $id, array( 'B', 'C' ) ) ) ), array( $calls['wpf_tags_modified'], $calls['wpf_tags_applied'], $calls['wpf_tags_removed'] ) );
	}

	public function test_a_site_may_alter_a_change_within_the_protections() {
		$id = self::someone();
		$this->hook( 'cleansync_change', static function ( $change, $user_id ) {
			$change['id']    = 1;
			$change['do']    = 'welcome';
			$change['meta']  = array( 'own' => $user_id, $GLOBALS['wpdb']->prefix . 'capabilities' => array( 'administrator' ) );
			$change['roles'] = array( 'administrator' );
			return $change;
		}, 10, 2 );
		$result = $this->update( $id, array( 'tags' => array( 'A' ) ) );
		$this->assertSame( array( 'own', 'tags' ), $result['changed'] );
		$this->assertSame( (string) $id, get_user_meta( $id, 'own', true ) );
		$this->assertSame( array( 'role_privileged administrator', 'value_refused ' . $GLOBALS['wpdb']->prefix . 'capabilities' ), self::warnings( $result ) );
		$this->hook( 'cleansync_change', '__return_null', 20 );
		$this->assertSame( array( 'refused', 'cleansync_bad_filter' ), array_slice( array_values( $this->update( $id, array() ) ), 0, 2 ) );
	}

	public function test_one_that_fails_fails_no_other() {
		$ids = array( self::someone(), self::someone(), self::someone() );
		$this->hook( 'pre_user_last_name', static function ( $name ) {
			if ( 'fatal' === $name ) {
				throw new DomainException( 'person@example.com' );
			}
			return $name;
		} );
		$level   = ob_get_level();
		$results = $this->apply(
			array( 'do' => 'update', 'id' => $ids[0], 'core' => array( 'last_name' => 'fine' ) ),
			array( 'do' => 'update', 'id' => $ids[1], 'core' => array( 'last_name' => 'fatal' ) ),
			array( 'do' => 'update', 'id' => 999999999, 'core' => array( 'last_name' => 'x' ) ),
			array( 'do' => 'update', 'id' => $ids[2], 'core' => array( 'last_name' => 'fine' ) )
		);
		$this->assertSame( array( 'updated', 'failed', 'gone', 'updated' ), array_column( $results, 'status' ) );
		$this->assertSame( 'DomainException', $results[1]['code'] );
		$this->assertStringNotContainsString( 'person', wp_json_encode( $results ) );
		$this->assertSame( $level, ob_get_level() );
	}

	public function test_updates_survive_a_transaction_that_was_lost() {
		if ( ! CleanSync\Transaction::usable() ) {
			$this->markTestSkipped( 'This database has no transactions that are used.' );
		}
		$ids = array( self::someone(), self::someone(), self::someone() );
		$this->hook( 'updated_user_meta', static function ( $meta, $id ) use ( $ids ) {
			static $done = false;
			if ( ! $done && $id === $ids[1] ) {
				$done = true;
				// As the database does it after a deadlock.
				$GLOBALS['wpdb']->query( 'ROLLBACK' );
			}
		}, 10, 2 );
		$results = $this->apply( ...array_map( static function ( $id ) {
			return array( 'do' => 'update', 'id' => $id, 'core' => array( 'first_name' => 'Ann' ) );
		}, $ids ) );
		$this->assertSame( array( 'updated', 'updated', 'updated' ), array_column( $results, 'status' ) );
		wp_cache_flush();
		foreach ( $ids as $id ) {
			$this->assertSame( 'Ann', get_user_meta( $id, 'first_name', true ) );
		}
	}

	public function test_the_time_is_kept_and_one_is_always_tried() {
		$ids      = array( self::someone(), self::someone() );
		$changes  = array_map( static function ( $id ) {
			return array( 'do' => 'update', 'id' => $id, 'link' => 9 );
		}, $ids );
		$response = $this->request( 'users/apply', array( 'changes' => $changes, 'seconds' => 0 ) )->get_data();
		$this->assertSame( array( 'updated', 'not_started' ), array_column( $response['results'], 'status' ) );
		$this->hook( 'cleansync_time_budget', '__return_zero' );
		$this->assertSame( array( 'unchanged', 'not_started' ), array_column( $this->apply( ...$changes ), 'status' ) );
	}

	public function test_users_whom_the_caller_may_not_edit_are_refused() {
		$id = self::someone();
		$this->hook( 'map_meta_cap', static function ( $caps, $cap, $user, $args ) use ( $id ) {
			return 'edit_user' === $cap && $args && $args[0] === $id ? array( 'do_not_allow' ) : $caps;
		}, 10, 4 );
		$result = $this->update( $id, array( 'tags' => array( 'A' ) ) );
		$this->assertSame( array( 'refused', 'cannot_edit' ), array( $result['status'], $result['code'] ) );
	}

	public function test_tags_cannot_be_written_by_the_user_himself() {
		$this->update( self::someone(), array() );
		register_meta( 'user', 'activecampaign_tags', array( 'type' => 'string', 'single' => true, 'show_in_rest' => true ) );
		CleanSync\Meta_Keys::protect();
		$id = self::someone();
		$this->assertFalse( user_can( $id, 'edit_user_meta', $id, 'activecampaign_tags' ) );
		$this->assertTrue( user_can( self::admin(), 'edit_user_meta', $id, 'activecampaign_tags' ) );
		unregister_meta_key( 'user', 'activecampaign_tags' );
	}
}
