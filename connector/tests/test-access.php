<?php
/**
 * Who may call, and what form a request has.
 *
 * @package CleanSync
 */

require_once __DIR__ . '/class-connector-test-case.php';

class Test_Access extends Connector_Test_Case {

	public function routes() {
		return array(
			array( 'site', null ),
			array( 'users/find', array( 'people' => array( array( 'id' => 1 ) ) ) ),
			array( 'users/apply', array( 'changes' => array() ) ),
			array( 'users/apply', array( 'changes' => 'malformed' ) ),
		);
	}

	/**
	 * @dataProvider routes
	 */
	public function test_strangers_are_asked_for_credentials_whatever_they_send( $path, $body ) {
		foreach ( array( '', 'admin:wrong wrong wrong', 'nobody:at all' ) as $login ) {
			list( $status, $answer ) = self::http( $path, $body, $login );
			$this->assertSame( array( 401, 'rest_forbidden' ), array( $status, $answer['code'] ) );
		}
	}

	/**
	 * @dataProvider routes
	 */
	public function test_users_without_the_capabilities_are_refused( $path, $body ) {
		foreach ( array( 'subscriber', 'editor' ) as $role ) {
			list( $status, $answer ) = self::http( $path, $body, self::credentials( self::someone( $role ) ) );
			$this->assertSame( array( 403, 'rest_forbidden' ), array( $status, $answer['code'] ) );
		}
	}

	public function test_an_administrator_is_let_in_and_nothing_is_cached() {
		list( $status, $answer, $headers ) = self::http( 'site', null, self::credentials( self::admin() ) );
		$this->assertSame( array( 200, 1 ), array( $status, $answer['protocol'] ) );
		$this->assertMatchesRegularExpression( '/^cache-control:.*no-store/im', $headers );
	}

	public function malformed() {
		$keys = array( 'changes' => array() );
		return array(
			'no list'              => array( 'users/apply', array( 'changes' => 'x' ) ),
			'an object'            => array( 'users/apply', array( 'changes' => array( 'a' => 1 ) ) ),
			'no entry'             => array( 'users/apply', array( 'changes' => array( 7 ) ) ),
			'unknown kind'         => array( 'users/apply', array( 'changes' => array( array( 'do' => 'delete', 'id' => 1 ) ) ) ),
			'no id'                => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update' ) ) ) ),
			'negative id'          => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => -1 ) ) ) ),
			'huge id'              => array( 'users/apply', '{"changes":[{"do":"update","id":99999999999999999999999}]}' ),
			'text id'              => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => '1' ) ) ) ),
			'text for roles'       => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => 1, 'roles' => 'customer' ) ) ) ),
			'nested tags'          => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => 1, 'tags' => array( array( 'a' ) ) ) ) ) ),
			'list for core'        => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => 1, 'core' => array( 'a' ) ) ) ) ),
			'accented meta key'    => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => 1, 'meta' => array( 'wp_cápabilities' => 'a' ) ) ) ) ),
			'long meta key'        => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => 1, 'meta' => array( str_repeat( 'k', 256 ) => 'a' ) ) ) ) ),
			'empty meta key'       => array( 'users/apply', array( 'changes' => array( array( 'do' => 'update', 'id' => 1, 'meta' => array( '' => 'a' ) ) ) ) ),
			'no guard'             => array( 'users/apply', array( 'changes' => array( array( 'do' => 'password', 'id' => 1, 'password' => 'x' ) ) ) ),
			'no token'             => array( 'users/apply', array( 'changes' => array( array( 'do' => 'create', 'login' => 'a', 'email' => 'b', 'password' => 'c' ) ) ) ),
			'seconds'              => array( 'users/apply', $keys + array( 'seconds' => 'soon' ) ),
			'tags key of power'    => array( 'users/apply', $keys + array( 'tags_key' => 'WP_Capabilities' ) ),
			'link key of power'    => array( 'users/find', array( 'people' => array(), 'link_key' => 'session_tokens' ) ),
			'same keys'            => array( 'users/apply', $keys + array( 'tags_key' => 'a', 'link_key' => 'A' ) ),
			'entry of two'         => array( 'users/find', array( 'people' => array( array( 'id' => 1, 'email' => 'a@b.de' ) ) ) ),
			'link as a list'       => array( 'users/find', array( 'people' => array( array( 'link' => array( 1 ) ) ) ) ),
			'entry of none'        => array( 'users/find', array( 'people' => array( array( 'name' => 'a' ) ) ) ),
			'meta no list'         => array( 'users/find', array( 'people' => array(), 'meta' => 'a' ) ),
			'101 people'           => array( 'users/find', array( 'people' => array_fill( 0, 101, array( 'id' => 1 ) ) ) ),
			'101 changes'          => array( 'users/apply', array( 'changes' => array_fill( 0, 101, array( 'do' => 'welcome', 'id' => 1 ) ) ) ),
			'no such blog'         => array( 'users/find', array( 'people' => array(), 'blog' => 'x' ) ),
		);
	}

	/**
	 * @dataProvider malformed
	 */
	public function test_malformed_requests_change_nothing( $path, $body ) {
		$changes  = $this->record( 'update_user_meta', 'add_user_meta', 'profile_update' );
		$response = $this->request( $path, $body );
		$this->assertSame( 400, $response->get_status() );
		$this->assertSame( 'rest_invalid_param', $response->get_data()['code'] );
		$this->assertSame( array( array(), array(), array() ), array_values( $changes->getArrayCopy() ) );
	}

	public function test_missing_lists_are_named() {
		foreach ( array( 'users/find', 'users/apply' ) as $path ) {
			$response = $this->request( $path, '{}' );
			$this->assertSame( array( 400, 'rest_missing_callback_param' ), array( $response->get_status(), $response->get_data()['code'] ) );
		}
	}

	public function test_broken_json_is_refused() {
		foreach ( array( '{"changes":', "{\"changes\":[\"\xff\"]}" ) as $body ) {
			$this->assertSame( 400, $this->request( 'users/apply', $body )->get_status() );
		}
	}

	public function test_a_body_of_five_megabytes_is_survived() {
		$big    = str_repeat( 'x', 5 * 1024 * 1024 );
		$id     = self::someone();
		$result = $this->update( $id, array( 'core' => array( 'first_name' => $big, 'display_name' => $big ), 'meta' => array( 'note' => $big, 'kept' => 'a' ), 'tags' => array( $big ) ) );
		$this->assertSame( array( 'kept' ), $result['changed'] );
		$this->assertSame( array( 'too_long first_name', 'too_long display_name', 'too_long note', 'too_long tags' ), self::warnings( $result ) );
	}

	public function test_a_blog_that_does_not_exist_is_said() {
		$response = $this->request( 'users/find', array( 'people' => array(), 'blog' => 999 ) );
		$this->assertSame( array( 404, 'cleansync_no_blog' ), array( $response->get_status(), $response->get_data()['code'] ) );
	}

	public function test_the_site_describes_itself() {
		$site = $this->request( 'site' )->get_data();
		foreach ( array( 'protocol', 'connector', 'wordpress', 'php', 'database', 'time', 'locale', 'locales', 'multisite', 'blog', 'default_role', 'roles', 'meta', 'locks', 'limits', 'events' ) as $name ) {
			$this->assertArrayHasKey( $name, $site );
		}
		$roles = array_column( $site['roles'], 'privileged', 'slug' );
		$this->assertTrue( $roles['administrator'] );
		$this->assertTrue( $roles['editor'] );
		$this->assertFalse( $roles['subscriber'] );
		$this->assertSame( CleanSync\Locks::is_plain_database(), $site['locks'] );
		$this->assertMatchesRegularExpression( '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $site['time'] );
	}

	public function test_output_of_other_plugins_stays_out_of_the_answer() {
		$id = self::someone();
		$this->hook(
			'updated_user_meta',
			static function () {
				echo 'Notice: something';
			}
		);
		ob_start();
		$this->update( $id, array( 'core' => array( 'first_name' => 'Ann' ) ) );
		$this->assertSame( '', ob_get_clean() );
	}
}
