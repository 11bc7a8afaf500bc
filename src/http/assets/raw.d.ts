/** A file as its text: what Vite (in tests) and our build make of the suffix. */
declare module '*?raw' {
  const text: string;
  export default text;
}
