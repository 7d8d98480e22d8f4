// src/text/ends.ts
/** What a line takes beside its characters. */
const lineOverhead = 32;
/** @param most characters of the beginning, and at least as many of the end */
const createEnds = (most) => {
	const head = [];
	let before = [];
	let tail = head;
	let size = 0;
	let leftOut = 0;
	return {
		push: (line) => {
			size += line.length + lineOverhead;
			if (size > most) {
				size = line.length + lineOverhead;
				if (tail !== head) {
					leftOut += before.length;
					before = tail;
				}
				tail = [];
			}
			tail.push(line);
		},
		lines: () => {
			const gap = leftOut > 0 ? [`(${leftOut} lines left out)`] : [];
			return [
				...head,
				...gap,
				...before,
				...tail === head ? [] : tail
			];
		}
	};
};

export { createEnds };