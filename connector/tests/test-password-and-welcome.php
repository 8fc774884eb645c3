<?php
/**
 * Passwords, the welcome mail and the first sign-in.
 *
 * @package CleanSync
 */

require_once __DIR__ . '/class-connector-test-case.php';

class Test_Password_And_Welcome extends Connector_Test_Case {

	private function created() {
		return $this->apply( $this->creation() )[0]['user']['id'];
	}

	private function password( $id, $password, $guard ) {
		$result = $this->apply( compact( 'id', 'password', 'guard' ) + array( 'do' => 'password' ) )[0];
		$this->assertStringNotContainsString( $password, wp_json_encode( $result ) );
		return $result['status'];
	}

	private function our_password( $id ) {
		return $this->find( array( array( 'id' => $id ) ) )[0][0]['our_password'];
	}

	public function test_a_password_that_is_still_ours_is_replaced_in_silence() {
		$id = $this->created();
		$this->assertSame( 'password_set', $this->password( $id, "new'Password1", 'ours_still' ) );
		$this->assertTrue( wp_check_password( wp_slash( "new'Password1" ), get_userdata( $id )->user_pass ) );
		$this->assertTrue( $this->our_password( $id ) );
		$this->assertSame( '1', get_user_meta( $id, 'default_password_nag', true ) );
		$this->assertSame( array(), $this->mails );
	}

	public function test_the_users_own_password_is_kept() {
		$id = $this->created();
		wp_set_password( 'his own', $id );
		$this->assertFalse( $this->our_password( $id ) );
		$this->assertSame( 'password_kept', $this->password( $id, 'newPassword1', 'ours_still' ) );
		$this->assertSame( 'password_kept', $this->password( self::someone(), 'newPassword1', 'ours_still' ) );
		$this->assertTrue( wp_check_password( 'his own', get_userdata( $id )->user_pass ) );
	}

	public function test_a_new_password_is_set_once_and_told() {
		$id = self::someone();
		$this->assertNull( $this->our_password( $id ) );
		$this->assertSame( 'password_kept', $this->password( $id, 'own-password', 'new_to_user' ) );
		$this->assertSame( 'password_set', $this->password( $id, 'fromField1', 'new_to_user' ) );
		$this->assertCount( 1, $this->mails );
		$this->assertSame( 'password_kept', $this->password( $id, 'fromField1', 'new_to_user' ) );
		wp_set_password( 'his own again', $id );
		$this->assertSame( 'password_kept', $this->password( $id, 'fromField1', 'new_to_user' ) );
		$this->assertTrue( wp_check_password( 'his own again', get_userdata( $id )->user_pass ) );
		$this->assertCount( 1, $this->mails );
	}

	public function test_privileged_users_and_bad_passwords_are_refused() {
		foreach ( array( self::someone( 'administrator' ), self::someone( 'editor' ), self::admin() ) as $id ) {
			$before = get_userdata( $id )->user_pass;
			$this->assertSame( 'refused', $this->password( $id, 'newPassword1', 'new_to_user' ) );
			wp_cache_flush();
			$this->assertSame( $before, get_userdata( $id )->user_pass );
		}
		$this->assertSame( 'refused', $this->password( self::someone(), 'back\\slash', 'new_to_user' ) );
		$this->assertSame( 'gone', $this->password( 999999999, 'newPassword1', 'new_to_user' ) );
	}

	public function test_the_welcome_mail_is_sent_once_to_the_user_only() {
		$id      = $this->created();
		$results = $this->apply( array( 'do' => 'welcome', 'id' => $id ), array( 'do' => 'welcome', 'id' => $id ), array( 'do' => 'welcome', 'id' => self::someone() ) );
		$this->assertSame( array( 'welcomed', 'welcomed_before', 'refused' ), array_column( $results, 'status' ) );
		$this->assertSame( array( get_userdata( $id )->user_email ), array_column( $this->mails, 'to' ) );
	}

	public function test_a_mail_that_failed_may_be_sent_again() {
		$id = $this->created();
		$this->hook( 'pre_wp_mail', '__return_false', 99 );
		$this->assertSame( 'mail_failed', $this->apply( array( 'do' => 'welcome', 'id' => $id ) )[0]['status'] );
		remove_filter( 'pre_wp_mail', '__return_false', 99 );
		$this->assertSame( 'welcomed', $this->apply( array( 'do' => 'welcome', 'id' => $id ) )[0]['status'] );
	}

	public function test_a_mail_that_a_plugin_switched_off_is_not_taken_for_sent() {
		$id = $this->created();
		$this->hook( 'wp_send_new_user_notification_to_user', '__return_false' );
		if ( version_compare( get_bloginfo( 'version' ), '6.1', '<' ) ) {
			$this->markTestSkipped( 'Mail cannot be switched off so in this version.' );
		}
		$this->assertSame( 'mail_failed', $this->apply( array( 'do' => 'welcome', 'id' => $id ) )[0]['status'] );
	}

	public function test_the_first_sign_in_is_noted_once() {
		$id   = $this->created();
		$user = get_userdata( $id );
		do_action( 'wp_login', $user->user_login, $user );
		$first = get_user_meta( $id, 'cleansync_first_login', true );
		$this->assertEqualsWithDelta( time(), (int) $first, 5 );
		update_user_meta( $id, 'cleansync_first_login', 1000000000 );
		do_action( 'wp_login', $user->user_login );
		$this->assertSame( '2001-09-09T01:46:40Z', $this->find( array( array( 'id' => $id ) ) )[0][0]['first_login'] );
		$other = get_userdata( self::someone() );
		do_action( 'wp_login', $other->user_login, $other );
		$this->assertSame( '', get_user_meta( $other->ID, 'cleansync_first_login', true ) );
	}
}
