<?php
/**
 * Tells other plugins about changed tags.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Tells other plugins that a user's tags changed.
 *
 * @since 1.0.0
 */
final class Tag_Events {

	/**
	 * Fires the actions: added, removed, changed.
	 *
	 * @since 1.0.0
	 *
	 * @param int      $id     The user.
	 * @param string[] $tags   All of his tags.
	 * @param string[] $before All of his former tags.
	 */
	public static function tell( $id, $tags, $before ) {
		$added   = array_values( array_diff( $tags, $before ) );
		$removed = array_values( array_diff( $before, $tags ) );
		if ( $added ) {
			/**
			 * Fires after a user got tags.
			 *
			 * @since 1.0.0
			 *
			 * @param int      $user_id The user.
			 * @param string[] $added   The new tags.
			 */
			do_action( 'cleansync_tags_added', $id, $added );
		}
		if ( $removed ) {
			/**
			 * Fires after a user lost tags.
			 *
			 * @since 1.0.0
			 *
			 * @param int      $user_id The user.
			 * @param string[] $removed The lost tags.
			 */
			do_action( 'cleansync_tags_removed', $id, $removed );
		}
		/**
		 * Fires after a user's tags changed.
		 *
		 * @since 1.0.0
		 *
		 * @param int      $user_id The user.
		 * @param string[] $tags    All of his tags.
		 * @param string[] $before  All of his former tags.
		 */
		do_action( 'cleansync_tags_changed', $id, $tags, $before );
		if ( self::also_as_wp_fusion() ) {
			// The names under which course and shop plugins know these events from WP Fusion.
			if ( $added ) {
				do_action( 'wpf_tags_applied', $id, $added );
			}
			if ( $removed ) {
				do_action( 'wpf_tags_removed', $id, $removed );
			}
			do_action( 'wpf_tags_modified', $id, $tags );
		}
	}

	/**
	 * Whether changed tags are told under the names that WP Fusion uses, too.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public static function also_as_wp_fusion() {
		/**
		 * Filters whether the actions `wpf_tags_applied`, `wpf_tags_removed` and `wpf_tags_modified` are fired, too.
		 *
		 * @since 1.0.0
		 *
		 * @param bool $fires Default false.
		 */
		return (bool) apply_filters( 'cleansync_fire_tag_hooks', false );
	}
}
