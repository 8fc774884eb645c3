using Xunit.Sdk;
using Xunit.v3;

// The scenarios share a WordPress, stop it and change its roles: one after the other.
[assembly: Parallelization(Mode = ParallelMode.None)]
