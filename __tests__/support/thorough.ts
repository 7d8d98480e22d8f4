/** Whether this run takes every moment and every round: `script/test --thorough` says so. */
export const isThorough = process.env['SLIPWAY_THOROUGH'] === '1'
