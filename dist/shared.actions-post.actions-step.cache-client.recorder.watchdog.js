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

export { Failure, attempt, renderError };