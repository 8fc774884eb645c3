// The scenarios share a WordPress, stop it and change its roles: one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
