// Elementwise operations on numbers. NaN is "no value" and absorbs everything; what is not finite is NaN.

const sigmoidOf = (x) => {
	const t = Math.exp(-Math.abs(x));
	return (x > 0 ? 1 : t) / (1 + t);
};

const finiteWord = (word) => {
	const settled = (x) => (x - x === 0 ? x : NaN); // Infinity - Infinity is NaN
	if (word.length === 1) return (a) => settled(word(a));
	return word.length === 2 ? (a, b) => settled(word(a, b)) : (a, b, c) => settled(word(a, b, c));
};

const WORDS = new Map(Object.entries({
	add: (a, b) => a + b,
	sub: (a, b) => a - b,
	mul: (a, b) => a * b,
	div: (a, b) => a / b,
	pow: (a, b) => (a !== a ? NaN : a ** b), // NaN ** 0 would be 1
	neg: (x) => -x,
	same: (x) => x,
	exp: Math.exp, log: Math.log, log10: Math.log10, sqrt: Math.sqrt,
	sin: Math.sin, cos: Math.cos, tan: Math.tan,
	sec: (x) => 1 / Math.cos(x),
	csc: (x) => 1 / Math.sin(x),
	cot: (x) => Math.cos(x) / Math.sin(x),
	asin: Math.asin, acos: Math.acos, atan: Math.atan,
	sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh,
	asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh,
	sigmoid: sigmoidOf,
	softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
	relu: (x) => Math.max(x, 0),
	abs: Math.abs,
	sign: Math.sign,
	step: (x) => (x !== x ? NaN : x > 0 ? 1 : 0),
	max: (a, b) => Math.max(a, b),
	min: (a, b) => Math.min(a, b),
	where: (c, a, b) => (c !== c ? NaN : c ? a : b), // the other branch may be NaN
}).map(([name, word]) => [name, Object.assign(finiteWord(word), { arity: word.length })]));
