// src/failure.ts
/** A failure that we can explain: what was tried, what came back, and what to do about it. */
var Failure = class extends Error {
	remedy;
	/** The file and line to look at, where there is one. */
	place;
	constructor(what, options = {}) {
		super(what, { cause: options.cause });
		this.name = "Failure";
		this.remedy = options.remedy;
		this.place = options.place;
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

export { renderError as n, Failure as t };