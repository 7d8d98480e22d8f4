// src/manifests/quantity.ts
const suffixes = {
	n: 1e-9,
	u: 1e-6,
	m: .001,
	"": 1,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	T: 0xe8d4a51000,
	P: 0x38d7ea4c68000,
	E: 0xde0b6b3a7640000,
	Ki: 1024,
	Mi: 2 ** 20,
	Gi: 2 ** 30,
	Ti: 2 ** 40,
	Pi: 2 ** 50,
	Ei: 2 ** 60
};
const pattern = /^\+?((?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;
/**
* Reads what Kubernetes calls a quantity, such as `128Mi`, `1.5Gi`, `500m` or `1e3`; undefined for
* what it would refuse, and for what is below nothing, which nobody can ask for.
*/
const parseQuantity = (text) => {
	const [, digits, exponent = "", suffix = ""] = pattern.exec(text) ?? [];
	const factor = suffixes[suffix];
	if (digits === void 0 || factor === void 0) return void 0;
	const value = Number(`${digits}${exponent}`);
	return factor < 1 ? value / Math.round(1 / factor) : value * factor;
};

export { parseQuantity as t };