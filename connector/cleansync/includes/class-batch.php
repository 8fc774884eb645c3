<?php
/**
 * Carries out a batch of changes.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Carries out changes one after the other, each on its own, until the time is over.
 *
 * Updates that write meta only share a transaction, 25 of them at a time: waiting for the disk would otherwise take longer than the work. When the database gives
 * one up, its updates are made again, each on its own; what was written is compared anyway.
 *
 * @since 1.0.0
 */
final class Batch {

	/**
	 * How many updates share a transaction.
	 *
	 * @since 1.0.0
	 */
	const GROUP = 25;

	/**
	 * Filters that name what ends a request for `wp_die()`.
	 *
	 * @since 1.0.0
	 */
	const DIE_HANDLERS = array( 'wp_die_handler', 'wp_die_json_handler', 'wp_die_jsonp_handler', 'wp_die_ajax_handler', 'wp_die_xml_handler', 'wp_die_xmlrpc_handler' );

	/**
	 * The checked changes.
	 *
	 * @since 1.0.0
	 *
	 * @var array[]
	 */
	private $changes;

	/**
	 * The meta key of the tags.
	 *
	 * @since 1.0.0
	 *
	 * @var string
	 */
	private $tags_key;

	/**
	 * The meta key of the link.
	 *
	 * @since 1.0.0
	 *
	 * @var string
	 */
	private $link_key;

	/**
	 * Results, by number of the change.
	 *
	 * @since 1.0.0
	 *
	 * @var array[]
	 */
	private $results = array();

	/**
	 * The transaction of the current group.
	 *
	 * @since 1.0.0
	 *
	 * @var Transaction
	 */
	private $transaction;

	/**
	 * Numbers of the changes in the current group.
	 *
	 * @since 1.0.0
	 *
	 * @var int[]
	 */
	private $group = array();

	/**
	 * Makes a batch.
	 *
	 * @since 1.0.0
	 *
	 * @param array[] $changes  The checked changes.
	 * @param string  $tags_key The meta key of the tags.
	 * @param string  $link_key The meta key of the link.
	 */
	public function __construct( $changes, $tags_key, $link_key ) {
		$this->changes     = $changes;
		$this->tags_key    = $tags_key;
		$this->link_key    = $link_key;
		$this->transaction = new Transaction();
	}

	/**
	 * How long one request may work.
	 *
	 * @since 1.0.0
	 *
	 * @return float Seconds.
	 */
	public static function seconds() {
		/**
		 * Filters how long one request of CleanSync may work.
		 *
		 * @since 1.0.0
		 *
		 * @param float $seconds Seconds. Default 20.
		 */
		$seconds = (float) apply_filters( 'cleansync_time_budget', 20.0 );
		$limit   = (int) ini_get( 'max_execution_time' );
		if ( $limit > 0 ) {
			$seconds = min( $seconds, max( 1.0, $limit - 5.0 ) );
		}
		return max( 0.0, $seconds );
	}

	/**
	 * Carries out the changes.
	 *
	 * @since 1.0.0
	 *
	 * @param float $seconds How long it may take.
	 * @return array[] A result for each change, in order.
	 */
	public function run( $seconds ) {
		$end = hrtime( true ) + (int) ( $seconds * 1e9 );
		// A caller who gives up must not cut a change in half.
		ignore_user_abort( true );
		People::load( array_column( $this->changes, 'id' ) );
		foreach ( array_keys( $this->changes ) as $index ) {
			if ( $index > 0 && hrtime( true ) >= $end ) {
				$this->results[ $index ] = ( new Outcome() )->result( 'not_started' );
				continue;
			}
			if ( $this->is_light( $index ) ) {
				$this->carry_out_in_group( $index );
			} else {
				$this->close_group();
				$this->results[ $index ] = $this->isolated( $index );
			}
		}
		$this->close_group();
		return $this->results;
	}

	/**
	 * Whether a change can share a transaction.
	 *
	 * @since 1.0.0
	 *
	 * @param int $index The number of the change.
	 * @return bool
	 */
	private function is_light( $index ) {
		$change = $this->changes[ $index ];
		// A filter could make anything of it.
		return 'update' === $change['do'] && ! has_filter( 'cleansync_change' ) && Transaction::usable()
			&& ( new Update( $change, $this->tags_key, $this->link_key ) )->is_light();
	}

	/**
	 * Carries out a change as one of a group.
	 *
	 * @since 1.0.0
	 *
	 * @param int $index The number of the change.
	 */
	private function carry_out_in_group( $index ) {
		if ( ! $this->group ) {
			$this->transaction->begin();
		}
		$this->group[]           = $index;
		$this->results[ $index ] = $this->isolated( $index );
		if ( count( $this->group ) >= self::GROUP ) {
			$this->close_group();
		}
	}

	/**
	 * Commits the group, or makes its changes again.
	 *
	 * @since 1.0.0
	 */
	private function close_group() {
		$group       = $this->group;
		$this->group = array();
		if ( ! $group || $this->transaction->commit() ) {
			return;
		}
		People::load( array_column( array_intersect_key( $this->changes, array_flip( $group ) ), 'id' ) );
		foreach ( $group as $index ) {
			$before                  = $this->results[ $index ];
			$this->results[ $index ] = $this->isolated( $index );
			// It may have been another plugin that committed: then it was written the first time.
			if ( 'updated' === $before['status'] && 'unchanged' === $this->results[ $index ]['status'] ) {
				$this->results[ $index ] = $before;
			}
		}
	}

	/**
	 * Carries out a change so that nothing that other plugins do in between reaches beyond it: an error, output, the end of the request by `wp_die()`,
	 * another user signed in, another blog, a transaction left open.
	 *
	 * @since 1.0.0
	 *
	 * @param int $index The number of the change.
	 * @return array The result.
	 */
	private function isolated( $index ) {
		$level = ob_get_level();
		$blog  = get_current_blog_id();
		$user  = get_current_user_id();
		$die   = static function () {
			return array( self::class, 'refuse_to_die' );
		};
		foreach ( self::DIE_HANDLERS as $name ) {
			add_filter( $name, $die, PHP_INT_MAX );
		}
		ob_start();
		try {
			return $this->carry_out( $this->changes[ $index ] );
		} catch ( \Throwable $error ) {
			$code = 1 === $error->getCode() && $error instanceof \RuntimeException ? $error->getMessage() : $error;
			return ( new Outcome() )->result( 'failed', array( 'code' => Texts::code( $code ) ) );
		} finally {
			foreach ( self::DIE_HANDLERS as $name ) {
				remove_filter( $name, $die, PHP_INT_MAX );
			}
			while ( ob_get_level() > $level && ob_end_clean() ) {
				continue;
			}
			while ( is_multisite() && get_current_blog_id() !== $blog && restore_current_blog() ) {
				continue;
			}
			if ( is_multisite() && get_current_blog_id() !== $blog ) {
				switch_to_blog( $blog );
			}
			if ( get_current_user_id() !== $user ) {
				wp_set_current_user( $user );
			}
			if ( ! $this->transaction->is_open() ) {
				Transaction::settle();
			}
		}
	}

	/**
	 * Stands in for what ends a request.
	 *
	 * @since 1.0.0
	 *
	 * @throws \RuntimeException Always.
	 */
	public static function refuse_to_die() {
		throw new \RuntimeException( 'wp_die', 1 );
	}

	/**
	 * Carries out a change.
	 *
	 * @since 1.0.0
	 *
	 * @param array $change The checked change.
	 * @return array The result.
	 */
	private function carry_out( $change ) {
		$change = Change::filter( $change );
		if ( is_wp_error( $change ) ) {
			return ( new Outcome() )->result( 'refused', array( 'code' => Texts::code( $change ) ) );
		}
		switch ( $change['do'] ) {
			case 'create':
				return ( new Creation( $change, new User_View( array(), $this->tags_key, $this->link_key ), $this->link_key ) )->run();
			case 'update':
				return ( new Update( $change, $this->tags_key, $this->link_key ) )->run();
			case 'password':
				return Password::set( $change );
			default:
				return Welcome::send( $change );
		}
	}
}
