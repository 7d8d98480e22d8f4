// src/store/meter.ts
/** Counts bytes and the time in which any of them were on their way, until they can be used. */
const createMeter = () => {
	const moved = {
		bytes: 0,
		ms: 0
	};
	let [active, began] = [0, 0];
	const time = async (act) => {
		if (active === 0) began = performance.now();
		active += 1;
		try {
			return await act();
		} finally {
			active -= 1;
			if (active === 0) moved.ms += performance.now() - began;
		}
	};
	return {
		moved,
		time
	};
};

// src/store/once.ts
/** What is being done, by names that only one run has. */
const underWay = /* @__PURE__ */ new Map();
/** Users may want the same at once: whoever comes second waits for the first, and sees then what is there. */
const once = async (name, act) => {
	const other = underWay.get(name);
	if (other !== void 0) await other.catch(() => {});
	const own = act();
	underWay.set(name, own);
	try {
		return await own;
	} finally {
		if (underWay.get(name) === own) underWay.delete(name);
	}
};

export { createMeter, once };