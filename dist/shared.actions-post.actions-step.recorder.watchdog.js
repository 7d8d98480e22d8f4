// src/failure.ts
/** A failure that we can explain: what was tried, what came back, and what to do about it. */
var Failure = class extends Error {
	remedy;
	/** The file and line to look at, where there is one. */
	location;
	/** Why the same might succeed the next time; undefined where it would fail again. */
	transient;
	constructor(what, options = {}) {
		super(what, { cause: options.cause });
		this.name = "Failure";
		this.remedy = options.remedy;
		this.location = options.location;
		this.transient = options.transient;
	}
};
const isWorthAddingTo = (message, cause) => cause.message !== "" && !message.includes(cause.message);
/**
* The one formatter for errors: what was tried, what came back (the chain of causes), what to do.
* An error that nobody foresaw keeps its stack in the debug log, not here.
*/
const renderError = (error) => {
	if (!(error instanceof Error)) return String(error);
	if (error instanceof AggregateError) return error.errors.map(renderError).join("\n");
	let message = error.message;
	for (let cause = error.cause; cause instanceof Error; cause = cause.cause) if (isWorthAddingTo(message, cause)) message = `${message}: ${cause.message}`;
	const remedy = error instanceof Failure ? error.remedy : void 0;
	return remedy === void 0 ? message : `${message.replace(/\.$/, "")}. ${remedy}`;
};
/** What `act` returns; undefined where it throws, for reading what may be anything or may not be there. */
const attempt = (act) => {
	try {
		return act();
	} catch {
		return;
	}
};

// src/host/later.ts
/** A signal that is aborted some time after another one: what is under way has so long to come to its end. */
const later = (signal, ms) => {
	const controller = new AbortController();
	const begin = () => setTimeout(() => controller.abort(signal?.reason), ms).unref();
	signal?.addEventListener("abort", begin, { once: true });
	if (signal?.aborted) begin();
	return controller.signal;
};

// src/host/bounds.ts
const mib = 1048576;
/** The most that is read of what a program prints or a server answers: more is no answer to us. */
const mostBytes = 64 * mib;
/** @param what names what was asked, as the beginning of a sentence */
const tooMuch = (what) => new Failure(`${what} exceeds the ${mostBytes / mib} MB that Slipway reads of it`);
/**
* Reads a stream to its end.
*
* @throws {Failure} as soon as it is more than the bound; the stream is destroyed then
*/
const readStream = async (stream, what) => {
	const chunks = [];
	let bytes = 0;
	for await (const chunk of stream) {
		bytes += chunk.length;
		if (bytes > 67108864) throw tooMuch(what);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
};

export { Failure, attempt, later, mostBytes, readStream, renderError, tooMuch };