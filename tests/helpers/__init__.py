"""Parts the tests share: guards every test runs under, synthetic speech, the virtual microphone."""
