namespace CleanSync.Domain;

public static class UserPlanner;
