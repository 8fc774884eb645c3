<?php
/**
 * What became of one change.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * What became of one change, collected while it is carried out.
 *
 * @since 1.0.0
 */
final class Outcome {

	/**
	 * Warnings: pairs of code and what it is about.
	 *
	 * @since 1.0.0
	 *
	 * @var array[]
	 */
	private $warnings = array();

	/**
	 * Names of what was written.
	 *
	 * @since 1.0.0
	 *
	 * @var string[]
	 */
	private $changed = array();

	/**
	 * Warns that a part was left out.
	 *
	 * @since 1.0.0
	 *
	 * @param string $code  The code.
	 * @param string $about What it is about: a field, a key, a role.
	 */
	public function warn( $code, $about ) {
		$warning = array(
			'code'  => $code,
			'about' => (string) $about,
		);
		if ( ! in_array( $warning, $this->warnings, true ) ) {
			$this->warnings[] = $warning;
		}
	}

	/**
	 * Notes that something was written.
	 *
	 * @since 1.0.0
	 *
	 * @param string $name Its name.
	 */
	public function wrote( $name ) {
		$this->changed[] = (string) $name;
	}

	/**
	 * What was written.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	public function changed() {
		return array_values( array_unique( $this->changed ) );
	}

	/**
	 * The result as it is answered.
	 *
	 * @since 1.0.0
	 *
	 * @param string $status The status.
	 * @param array  $more   Further members.
	 * @return array
	 */
	public function result( $status, $more = array() ) {
		return array_merge(
			array( 'status' => $status ),
			$more,
			array( 'warnings' => $this->warnings )
		);
	}
}
