// What password.ts uses of the package, which has no types of its own.
declare module 'fxa-common-password-list' {
  const list: {
    /** Whether this is one of the 50,000 most common passwords of eight characters and more. */
    test(password: string): boolean;
  };
  export default list;
}
