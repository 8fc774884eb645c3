<?php
/**
 * Looking users up.
 *
 * @package CleanSync
 */

require_once __DIR__ . '/class-connector-test-case.php';

class Test_Find extends Connector_Test_Case {

	public function test_emails_are_compared_exactly_without_case() {
		$name = self::name();
		$id   = self::someone( 'subscriber', array( 'user_email' => "é{$name}@example.com" ) );
		$GLOBALS['wpdb']->update( $GLOBALS['wpdb']->users, array( 'user_email' => "resume{$name}@example.com" ), array( 'ID' => $id ) );
		$found = $this->find( array( array( 'email' => "RESUME{$name}@Example.com" ), array( 'email' => "résumé{$name}@example.com" ), array( 'email' => "esume{$name}@example.com" ), array( 'email' => '' ) ) );
		$this->assertSame( array( array( $id ), array(), array(), array() ), array_map( static function ( $users ) {
			return array_column( $users, 'id' );
		}, $found ) );
	}

	public function test_an_email_with_an_ampersand_is_found() {
		$email = 'a&b' . self::name() . '@example.com';
		$id    = self::someone( 'subscriber', array( 'user_email' => $email ) );
		$this->assertSame( $id, $this->find( array( array( 'email' => $email ) ) )[0][0]['id'] );
	}

	public function test_links_are_compared_exactly() {
		$link = (string) wp_rand( 1000000, 9999999 );
		$one  = self::someone();
		$two  = self::someone();
		update_user_meta( $one, 'activecampaign_contact_id', $link );
		update_user_meta( $two, 'activecampaign_contact_id', $link . '0' );
		$found = $this->find( array( array( 'link' => (int) $link ), array( 'link' => $link . '0' ), array( 'link' => '0' . $link ) ) );
		$this->assertSame( array( $one ), array_column( $found[0], 'id' ) );
		$this->assertSame( array( $two ), array_column( $found[1], 'id' ) );
		$this->assertSame( array(), $found[2] );
	}

	public function test_several_users_of_one_link_are_all_told() {
		$link = (string) wp_rand( 1000000, 9999999 );
		$ids  = array( self::someone(), self::someone() );
		foreach ( $ids as $id ) {
			update_user_meta( $id, 'activecampaign_contact_id', $link );
		}
		$this->assertSame( $ids, array_column( $this->find( array( array( 'link' => $link ) ) )[0], 'id' ) );
	}

	public function test_hostile_values_find_nobody() {
		$found = $this->find( array( array( 'email' => "' OR 1=1 -- " ), array( 'email' => '%' ), array( 'link' => "'OR'1" ), array( 'id' => PHP_INT_MAX ), array( 'email' => "a\0@b.de" ) ) );
		$this->assertSame( array( array(), array(), array(), array(), array() ), $found );
	}

	public function test_meta_of_power_is_not_read() {
		global $wpdb;
		$id   = self::someone();
		$keys = array( $wpdb->prefix . 'capabilities', 'WP_CAPABILITIES', $wpdb->prefix . 'capabilities ', $wpdb->prefix . 'capabilitie\\s', 'session_tokens', 'Session_Tokens', '_application_passwords', 'cleansync_password', 'two_factor_key', 'user_pass', $wpdb->base_prefix . '2_anything' );
		foreach ( $keys as $key ) {
			$wpdb->insert( $wpdb->usermeta, array( 'user_id' => $id, 'meta_key' => trim( $key ), 'meta_value' => 'secret' ) );
		}
		$user = $this->find( array( array( 'id' => $id ) ), array( 'meta' => $keys ) )[0][0];
		$this->assertSame( array( null ), array_values( array_unique( $user['meta'] ) ) );
		$this->assertStringNotContainsString( 'secret', wp_json_encode( $user ) );
	}

	public function test_values_come_as_texts() {
		$id = self::someone();
		update_user_meta( $id, 'number', 12 );
		update_user_meta( $id, 'yes', true );
		update_user_meta( $id, 'list', array( 'a', 'b', 3 ) );
		update_user_meta( $id, 'thing', (object) array( 'a' => 1 ) );
		$meta = $this->find( array( array( 'id' => $id ) ), array( 'meta' => array( 'number', 'yes', 'list', 'thing', 'none' ) ) )[0][0]['meta'];
		$this->assertSame( array( 'number' => '12', 'yes' => '1', 'list' => array( 'a', 'b', '3' ), 'thing' => null, 'none' => null ), $meta );
	}

	public function test_the_number_of_queries_does_not_depend_on_the_number_of_entries() {
		global $wpdb;
		$ids = array();
		for ( $i = 0; $i < 100; $i++ ) {
			$ids[] = $wpdb->insert( $wpdb->users, array( 'user_login' => self::name(), 'user_email' => self::name() . '@example.com' ) ) ? $wpdb->insert_id : 0;
			update_user_meta( end( $ids ), 'activecampaign_contact_id', 'q' . end( $ids ) );
		}
		$people  = static function ( $some ) {
			return array_map( static function ( $id ) {
				return $id % 3 ? ( $id % 3 > 1 ? array( 'link' => 'q' . $id ) : array( 'email' => get_userdata( $id )->user_email ) ) : array( 'id' => $id );
			}, $some );
		};
		$few     = $people( array_slice( $ids, 0, 3 ) );
		$many    = $people( $ids );
		$counted = array();
		foreach ( array( $few, $few, $many ) as $entries ) {
			wp_cache_flush();
			wp_set_current_user( self::admin() );
			wp_load_alloptions();
			$this->request( 'site' );
			$before    = $wpdb->num_queries;
			$found     = $this->find( $entries );
			$counted[] = $wpdb->num_queries - $before;
			$this->assertCount( count( $entries ), array_filter( $found ) );
		}
		fwrite( STDERR, "queries of find: {$counted[1]} for 3 entries, {$counted[2]} for 100\n" );
		$this->assertSame( $counted[1], $counted[2] );
	}

	public function test_privileged_users_are_known_by_what_they_may() {
		add_role( 'test_power', 'Power', array( 'read' => true, 'Manage_Options' => true ) );
		add_role( 'test_plain', 'Plain', array( 'read' => true ) );
		$granted = self::someone();
		get_userdata( $granted )->add_cap( 'edit_users' );
		$ids    = array( self::someone( 'administrator' ), self::someone( 'editor' ), self::someone( 'test_power' ), $granted, self::someone( 'test_plain' ), self::someone( 'author' ) );
		$people = array_map( static function ( $id ) {
			return array( 'id' => $id );
		}, $ids );
		$found  = array_map( static function ( $users ) {
			return $users[0]['privileged'];
		}, $this->find( $people ) );
		$this->assertSame( array( true, true, true, true, false, false ), $found );
		$this->hook( 'cleansync_privileged_capabilities', static function () {
			return array( 'publish_posts' );
		} );
		$found = array_map( static function ( $users ) {
			return $users[0]['privileged'];
		}, $this->find( $people ) );
		$this->assertSame( array( true, true, true, true, false, true ), $found );
		remove_role( 'test_power' );
		remove_role( 'test_plain' );
	}

	public function test_the_key_0_for_which_core_returns_all_meta_is_none() {
		$id = self::someone();
		$this->assertSame( array( null ), array_values( (array) $this->find( array( array( 'id' => $id ) ), array( 'meta' => array( '0' ) ) )[0][0]['meta'] ) );
		$this->assertSame( 400, $this->request( 'users/find', array( 'people' => array(), 'tags_key' => '0' ) )->get_status() );
	}

	public function test_the_name_of_a_privileged_role_is_a_privileged_capability() {
		add_role( 'helper', 'Helper', array( 'read' => true, 'Administrator' => true ) );
		$this->assertTrue( CleanSync\Privileges::is_role_privileged( 'helper' ) );
		$this->assertTrue( $this->find( array( array( 'id' => self::someone( 'helper' ) ) ) )[0][0]['privileged'] );
		remove_role( 'helper' );
	}
}
