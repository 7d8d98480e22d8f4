// src/host/at-once.ts
/**
* Does something with each item, so many at once. The first failure lets none begin any more.
*
* @throws that failure, when none is at work any more: what they write to may go then
*/
const doAtOnce = async (items, most, act) => {
	const waiting = items.map((item) => ({ item }));
	const work = async () => {
		for (let next = waiting.shift(); next !== void 0; next = waiting.shift()) try {
			await act(next.item);
		} catch (error) {
			waiting.length = 0;
			throw error;
		}
	};
	const workers = Array.from({ length: most }, work);
	await Promise.allSettled(workers);
	await Promise.all(workers);
};
/** Has so many things done at once; the others wait in their order. */
const createGate = (most) => {
	const waiting = [];
	let free = most;
	return async (act) => {
		if (free > 0) free -= 1;
		else await new Promise((resolve) => waiting.push(resolve));
		try {
			return await act();
		} finally {
			const next = waiting.shift();
			if (next === void 0) free += 1;
			else next();
		}
	};
};

export { createGate, doAtOnce };