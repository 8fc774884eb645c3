<?php
/**
 * Networks of sites.
 *
 * @package CleanSync
 */

require_once __DIR__ . '/class-connector-test-case.php';

class Test_Network extends Connector_Test_Case {

	private static $blog = 0;

	protected function setUp(): void {
		parent::setUp();
		if ( ! is_multisite() ) {
			$this->markTestSkipped( 'This is no network.' );
		}
		if ( ! self::$blog ) {
			self::$blog = wpmu_create_blog( get_network()->domain, '/b' . uniqid() . '/', 'Second', self::admin() );
		}
	}

	private function on_second( $path, $body ) {
		return $this->request( $path, $body + array( 'blog' => self::$blog ) )->get_data();
	}

	public function test_people_of_the_network_are_found_and_joined() {
		$id    = self::someone();
		$found = $this->on_second( 'users/find', array( 'people' => array( array( 'id' => $id ) ) ) )['results'][0][0];
		$this->assertSame( array( false, array() ), array( $found['member'], $found['roles'] ) );
		$change = array( 'do' => 'update', 'id' => $id, 'roles' => array( 'author' ) );
		$this->assertSame( 'gone', $this->on_second( 'users/apply', array( 'changes' => array( $change ) ) )['results'][0]['status'] );
		$change['join'] = true;
		$this->assertSame( array( 'roles' ), $this->on_second( 'users/apply', array( 'changes' => array( $change ) ) )['results'][0]['changed'] );
		$found = $this->on_second( 'users/find', array( 'people' => array( array( 'id' => $id ) ) ) )['results'][0][0];
		$this->assertSame( array( true, array( 'author' ) ), array( $found['member'], $found['roles'] ) );
		$this->assertSame( array( 'subscriber' ), get_userdata( $id )->roles );
		$this->assertSame( 1, get_current_blog_id() );
	}

	public function test_power_on_another_blog_is_power() {
		$id = self::someone();
		add_user_to_blog( self::$blog, $id, 'administrator' );
		$this->assertTrue( $this->find( array( array( 'id' => $id ) ) )[0][0]['privileged'] );
		$this->assertSame( array( 'kept_privileged user_email' ), self::warnings( $this->update( $id, array( 'email' => self::name() . '@example.com' ) ) ) );
		$plain = self::someone();
		add_user_to_blog( self::$blog, $plain, 'author' );
		$this->assertFalse( $this->find( array( array( 'id' => $plain ) ) )[0][0]['privileged'] );
	}

	public function test_super_admins_are_privileged() {
		$user = $this->find( array( array( 'id' => self::admin() ) ) )[0][0];
		$this->assertTrue( $user['privileged'] );
		$this->assertContains( 'manage_network', $user['capabilities'] );
	}

	public function test_somebody_new_is_created_on_the_blog_without_mail() {
		update_site_option( 'registrationnotification', 'yes' );
		$calls  = $this->record( 'wpmu_new_user' );
		$result = $this->on_second( 'users/apply', array( 'changes' => array( $this->creation( array( 'role' => 'author' ) ) ) ) )['results'][0];
		$this->assertSame( array( 'created', array( 'author' ), true ), array( $result['status'], $result['user']['roles'], $result['user']['member'] ) );
		$this->assertSame( (string) self::$blog, get_user_meta( $result['user']['id'], 'primary_blog', true ) );
		$this->assertFalse( is_user_member_of_blog( $result['user']['id'], 1 ) );
		$this->assertSame( array(), $this->mails );
		$this->assertCount( 1, $calls['wpmu_new_user'] );
		$this->assertSame( 10, has_action( 'wpmu_new_user', 'newuser_notify_siteadmin' ) );
	}

	public function test_the_networks_rules_hold() {
		global $wpdb;
		foreach ( array( 'a.b' . uniqid(), '123456789', 'abc', 'Upper' . uniqid() ) as $login ) {
			$this->assertSame( 'login_refused', $this->apply( $this->creation( array( 'login' => $login ) ) )[0]['status'], $login );
		}
		update_site_option( 'banned_email_domains', array( 'banned.test' ) );
		$this->assertSame( 'email_refused', $this->apply( $this->creation( array( 'email' => self::name() . '@banned.test' ) ) )[0]['status'] );
		update_site_option( 'banned_email_domains', array() );
		$change = $this->creation();
		wpmu_signup_user( self::name(), $change['email'] );
		$result = $this->apply( $change )[0];
		$this->assertSame( array( 'exists', 'email' ), array( $result['status'], $result['by'] ) );
		$this->assertSame( '0', $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM {$wpdb->users} WHERE user_email = %s", $change['email'] ) ) );
	}

	public function test_an_administrator_of_one_blog_is_refused() {
		$id = self::someone();
		add_user_to_blog( self::$blog, $id, 'administrator' );
		wp_set_current_user( $id );
		$this->assertSame( 403, $this->request( 'users/find', array( 'people' => array(), 'blog' => self::$blog ) )->get_status() );
		$this->assertSame( 403, $this->request( 'users/find', array( 'people' => array() ) )->get_status() );
	}

	public function test_a_plugin_that_leaves_the_blog_does_not_take_the_rest_along() {
		$ids = array( self::someone(), self::someone() );
		foreach ( $ids as $id ) {
			add_user_to_blog( self::$blog, $id, 'subscriber' );
		}
		$this->hook( 'profile_update', static function () {
			restore_current_blog();
		} );
		$changes = array_map( static function ( $id ) {
			return array( 'do' => 'update', 'id' => $id, 'core' => array( 'first_name' => 'Ann' ), 'roles' => array( 'author' ) );
		}, $ids );
		$this->on_second( 'users/apply', array( 'changes' => array( $changes[0] ) ) );
		unset( $changes[1]['core'] );
		$changes[0]['core']['first_name'] = 'Eve';
		$this->on_second( 'users/apply', array( 'changes' => $changes ) );
		$this->assertSame( array( 'subscriber' ), get_userdata( $ids[1] )->roles );
		$this->assertSame( array( 'author' ), ( new WP_User( $ids[1], '', self::$blog ) )->roles );
		$this->assertSame( 1, get_current_blog_id() );
	}
}
