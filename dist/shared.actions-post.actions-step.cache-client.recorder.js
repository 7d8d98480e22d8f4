// src/text/to-line.ts
const withoutQuery = (address) => {
	const at = address.indexOf("?");
	return at < 0 ? address : `${address.slice(0, at)}?...`;
};
/**
* Makes one short line of what others wrote, such as a kubelet's message: no control characters, and
* neither the login nor the query of an address, which hold secrets. Of a longer one the middle goes:
* kubelets say at the end what it was.
*/
const toLine = (text, longest = 300) => {
	const line = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").replace(/\/\/[^/\s@"]+@/g, "//***@").replace(/\bhttps?:\/\/[^\s"]+/g, withoutQuery).trim();
	const characters = [...line];
	if (characters.length <= longest) return line;
	const half = (longest - 4) / 2;
	return `${characters.slice(0, half).join("")} ... ${characters.slice(-half).join("")}`;
};

export { toLine };